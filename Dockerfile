FROM python:3.11-slim

# One torch thread a training slot; the container's own address is the one to serve.
ENV OMP_NUM_THREADS=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0

RUN useradd --create-home learner \
    && install --directory --owner=learner --group=learner /home/learner/.cache/latent-walk
WORKDIR /course
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY app app
COPY core core
COPY pretrained pretrained

USER learner
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app/main.py"]
