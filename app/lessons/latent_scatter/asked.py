"""What lesson 2 asks: of its map, of another seed's, and at its end."""

from app import cache
from app.teaching import Asked, Choose, Mark, Option, Place, Prediction, Question, Sentences
from app.words import grouped, number, percent

CLOSE = 0.3  # spreads
PLACE = Prediction(
    key="place-of-a-digit",
    prompt="This digit is not on the map. Where will the encoder put it?",
    way=Place(close=CLOSE),
    measured_by="a spread of the codes is how far from their middle half of them lie; right is "
    f"within {number(CLOSE)} spreads",
    sentences=Sentences(
        right="You put it at {said}; the encoder puts it at {measured}. You read this map as it "
        "does.",
        near="You put it at {said}; the encoder puts it at {measured}.",
        wrong="You put it at {said}; the encoder puts it at {measured}. It sees pixels, not "
        "classes: what looks alike to you may lie far apart.",
        unusual="You put it at {said}; the encoder puts it at {measured}, like every image. Its "
        "codes carry nothing.",
    ),
)

HARDEST = Prediction(
    key="hardest-pair",
    prompt="Mark two classes of the map: which are hardest to tell apart from their codes?",
    way=Mark(exactly=2),
    measured_by="every test image in use gets the class of most of the 15 nearest codes of "
    "training images; counted are those of either class that get the other",
    sentences=Sentences(
        right="You marked {said}, and so it is: {measured}. Where two colours overlap, a code "
        "cannot say which of the two it came from.",
        near="You marked {said}; hardest are {measured}.",
        wrong="You marked {said}; hardest are {measured}. Look for colours that lie within one "
        "another: the number of a class stands only at its middle.",
        unusual="You marked {said}; on this map {measured}. Its codes carry nothing.",
    ),
)

SAME_LOSS, SAME_MAP = 0.05, 0.9  # how near two losses are, and how much two maps share, at least
BOTH, LOSS, MAP, NEITHER = (
    "the loss and the map",
    "the loss, not the map",
    "the map, not the loss",
    "neither of them",
)
SEED = Prediction(
    key="another-seed",
    prompt="Train twice, from two seeds. What will be the same, but for a turn and a mirror?",
    way=Choose((BOTH, LOSS, MAP, NEITHER)),
    measured_by="two losses count as the same where they are less than "
    f"{percent(SAME_LOSS)} apart, two maps where the best turn, with or without a mirror, lets "
    f"the one explain more than {percent(SAME_MAP)} of the other",
    sentences=Sentences(
        right="You said {said}, and so it is: {measured}. The loss does not say where a digit has "
        "to lie.",
        near="You said {said}; it is {measured}.",
        wrong="You said {said}; it is {measured}. The loss does not say where a digit has to lie, "
        "and no turn brings every digit to its place.",
        unusual="You said {said}; for these two runs it is {measured}. Other seeds may end "
        "otherwise: two runs are only two.",
    ),
)


COLLAPSED = "vae-lite-2-beta-392"


def _ties() -> dict[str, str]:
    same = cache.largest_tie(cache.pretrained(COLLAPSED))
    return {"same": grouped(same), "all": grouped(cache.TSNE_CODES)}


OVERLAP = Question(
    key="overlap",
    prompt="Two classes share one region of the map. What will their reconstructions do?",
    options=(
        Option(
            "Come back sharp, each as its own class.",
            "The decoder sees the code alone. Where two classes share a code, it cannot know which "
            "of them went in.",
            "The decoder sees the image too",
        ),
        Option(
            "Come back alike, whichever went in.",
            "Where two classes share a code, one decoder output must serve both.",
        ),
        Option(
            "Come back empty, as codes cancel out.",
            "A decoder draws something at every place, and most of all where it was trained.",
            "Two codes at one place cancel out",
        ),
    ),
    right=1,
)
MIRRORED = Question(
    key="mirrored",
    prompt="Two trainings end with the same loss and with mirrored maps. Which map is wrong?",
    options=(
        Option(
            "Neither: the loss cannot tell.",
            "A mirror is an invertible R: encoder and decoder may both take it on, and every image "
            "costs what it did.",
        ),
        Option(
            "The second: a mirror flips digits.",
            "What is mirrored is the map of codes. The decoder learned with its own map, and draws "
            "every digit the right way round.",
            "A mirrored map draws mirrored digits",
        ),
        Option(
            "Either: digits have one place.",
            "Nothing in the loss names a place or a side. It pays for what comes back, not for "
            "where the code lies.",
            "The axes of a map mean something",
        ),
    ),
    right=0,
)
ISLANDS = Question(
    key="islands",
    prompt="The t-SNE of a collapsed VAE's codes shows islands. How do its {all} codes lie?",
    options=(
        Option(
            "In islands, as many as are drawn.",
            "{same} of the {all} codes are the same to the last bit. Islands of one place there "
            "are none.",
            "t-SNE shows the clusters of latent space",
        ),
        Option(
            "In islands, only very small ones.",
            "There is nothing small to enlarge: {same} of the {all} codes are the same to the last "
            "bit, so t-SNE splits ties.",
            "t-SNE only magnifies what is there",
        ),
        Option(
            "At one place, all but a few.",
            "{same} of the {all} codes are the same to the last bit. t-SNE has to put ties "
            "somewhere, and the islands are its own making.",
        ),
    ),
    right=2,
    numbers=_ties,
)

ASKED = Asked(predictions=(PLACE, HARDEST, SEED), questions=(OVERLAP, MIRRORED, ISLANDS))
