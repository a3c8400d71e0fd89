// What the parts of a page that draw by themselves have in common: their life.
//
// Streamlit calls a component's function when it is mounted and again whenever its data or the
// theme change; what it returns is called when it goes. `mount` makes one Part for each place on
// the page and keeps it over these calls. A Part says what it draws (`show` takes new data, `draw`
// a frame); here it is told when. What goes wrong is reported to Python once, which then shows
// the server's figure.

class Part {
  constructor(root, frame) {
    this.root = root;
    this.host = root.host ?? root;
    this.frame = frame; // gets the class "drawn" or "failed"
    this.turn = 0;
    this.arrived = () => this.attempt(() => this.data && this.update(this.data));
    this.resized = new ResizeObserver(() => this.request(true));
    this.resized.observe(frame);
    SHELF.waiting.add(this.arrived);
  }

  close() {
    this.closed = true;
    this.resized.disconnect();
    SHELF.waiting.delete(this.arrived);
    cancelAnimationFrame(this.scheduled);
  }

  // Take what Python sends, once all its pieces are on the shelf; `arrived` tries again.
  update(data) {
    this.data = data;
    const names = Object.keys(data.pieces), pieces = fromShelf(Object.values(data.pieces));
    if (pieces) this.show(Object.fromEntries(names.map((name, i) => [name, pieces[i]])), data);
  }

  // Draw before the next frame; `all` also what only changes with data, theme or view.
  request(all = false) {
    this.stale ||= all;
    if (this.scheduled || this.closed) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      this.attempt(() => this.draw());
    });
  }

  // After a frame: what came out of it, for whoever listens.
  drawn(detail) {
    this.frame.classList.add("drawn");
    this.host.dispatchEvent(new CustomEvent("latent-walk-drawn", { detail }));
  }

  attempt(work) {
    try {
      work();
    } catch (error) {
      console.warn("latent walk:", error);
      this.frame.classList.add("failed");
      if (!this.reported) this.setStateValue("failed", (this.reported = true));
    }
  }
}

// A component's default export: `make` builds its Part from the element that holds its HTML.
function mount(make) {
  const parts = new WeakMap();
  return ({ data, parentElement, setStateValue }) => {
    let part = parts.get(parentElement);
    try {
      if (!part) parts.set(parentElement, (part = make(parentElement)));
    } catch (error) {
      console.warn("latent walk:", error);
      setStateValue("failed", true);
      return;
    }
    const turn = ++part.turn;
    part.setStateValue = setStateValue;
    part.attempt(() => part.update(data));
    return () => {
      if (part.turn !== turn) return; // a newer call has taken over
      part.close();
      parts.delete(parentElement);
    };
  };
}
