"""A class of thirty on one server: everybody is answered, nobody sees an exception."""

import asyncio

from tests.faults.learner import Learner
from tests.serving import Server

CLASS, TRAINING, POLLS = 30, 6, 400


async def train_until_a_picture(learner: Learner) -> None:
    await learner.press("Train")
    for _ in range(POLLS):
        if "step" in learner.progress and "step 0 " not in learner.progress:
            return
        await learner.poll()
    raise AssertionError(f"no step of training after {POLLS} looks: {learner.progress!r}")


async def move_the_slider(learner: Learner) -> None:
    for position in (2, 3, 4, 5, 1):
        await learner.slide("Show a code of d numbers", position)


async def lesson_for_thirty(url: str) -> list[Learner]:
    learners = await asyncio.gather(*(Learner.open(url, "autoencoder") for _ in range(CLASS)))
    await asyncio.gather(
        *(train_until_a_picture(learner) for learner in learners[:TRAINING]),
        *(move_the_slider(learner) for learner in learners[TRAINING:]),
    )
    await asyncio.gather(
        *(learner.press("Stop") for learner in learners[:TRAINING] if learner.polled)
    )
    await asyncio.gather(*(learner.close() for learner in learners))
    return learners


def test_thirty_learners_of_whom_six_train_are_all_answered(server: Server):
    learners = asyncio.run(lesson_for_thirty(server.url))
    assert [learner.exceptions for learner in learners] == [[]] * CLASS
    assert server.process.poll() is None
