//! What the demo model knows: forty-two everyday things in six families, with a handful of facts about each.

/// One thing the model can talk about. Every field is a phrase that fits into the answers of `corpus.rs`.
pub struct Topic {
    /// The family it belongs to, as the asker would call it.
    pub family: &'static str,
    /// Its name, without an article.
    pub name: &'static str,
    /// What it is: a noun phrase.
    pub is: &'static str,
    /// Where it is found.
    pub place: &'static str,
    /// What it is good for: a gerund.
    pub good: &'static str,
    /// Three of its parts.
    pub parts: [&'static str; 3],
    /// How to look after it: an imperative.
    pub care: &'static str,
    /// Its best time.
    pub time: &'static str,
    /// Who works with it.
    pub who: &'static str,
    /// Why people like it: a clause that follows "because".
    pub why: &'static str,
}

/// The families, in the order of the table.
pub const FAMILIES: [&str; 6] = [
    "kitchen tool",
    "instrument",
    "plant",
    "animal",
    "vehicle",
    "building",
];

/// How many topics each family has.
pub const PER_FAMILY: usize = 7;

/// Builds one row of the table.
const fn row(
    family: &'static str,
    name: &'static str,
    [is, place, good, care, time, who, why]: [&'static str; 7],
    parts: [&'static str; 3],
) -> Topic {
    Topic {
        family,
        name,
        is,
        place,
        good,
        parts,
        care,
        time,
        who,
        why,
    }
}

/// The table itself.
#[rustfmt::skip]
pub const TOPICS: [Topic; 42] = [
    row("kitchen tool", "kettle", ["a round pot with a spout", "on the stove", "making hot tea",
        "rinse it with vinegar", "early in the morning", "a tea maker", "it sings when the water is ready"],
        ["the lid", "the spout", "the handle"]),
    row("kitchen tool", "whisk", ["a bundle of bent wires", "in the top drawer", "beating eggs",
        "dry it after washing", "before breakfast", "a pastry cook", "it turns cream into a cloud"],
        ["the wires", "the ring", "the grip"]),
    row("kitchen tool", "skillet", ["a flat iron pan", "beside the oven", "frying onions",
        "oil it while it is warm", "at supper time", "a camp cook", "it keeps the heat for an hour"],
        ["the rim", "the base", "the long handle"]),
    row("kitchen tool", "grater", ["a steel box full of small holes", "behind the bread bin", "shaving hard cheese",
        "brush it under cold water", "just before serving", "a pizza baker", "it saves a lot of knife work"],
        ["the holes", "the frame", "the feet"]),
    row("kitchen tool", "ladle", ["a deep spoon on a long stem", "on a hook by the wall", "serving soup",
        "hang it up to dry", "on cold evenings", "a soup cook", "it never spills a drop"],
        ["the bowl", "the stem", "the hook"]),
    row("kitchen tool", "mortar", ["a heavy stone cup", "next to the spice rack", "crushing pepper",
        "wipe it with salt", "when the guests arrive", "a spice seller", "it wakes up every smell"],
        ["the cup", "the foot", "the pestle"]),
    row("kitchen tool", "sieve", ["a fine net in a hoop", "under the sink", "cleaning flour",
        "tap it empty and air it", "on baking days", "a village baker", "it leaves no lumps behind"],
        ["the net", "the hoop", "the arm"]),

    row("instrument", "violin", ["a small wooden box with four strings", "in the concert hall", "playing slow songs",
        "loosen the bow at night", "after sunset", "a fiddler", "it can cry like a voice"],
        ["the neck", "the bridge", "the strings"]),
    row("instrument", "drum", ["a skin over a wooden shell", "in the marching band", "keeping the beat",
        "keep it away from rain", "during a parade", "a drummer", "it can be felt in the chest"],
        ["the skin", "the shell", "the cords"]),
    row("instrument", "flute", ["a thin silver pipe", "in the school orchestra", "playing bird calls",
        "swab it after playing", "on spring mornings", "a piper", "it fits into a coat pocket"],
        ["the keys", "the mouth hole", "the joint"]),
    row("instrument", "harp", ["a tall frame of many strings", "in the old palace", "calming a crowd",
        "tune it every single day", "late at night", "a court player", "it sounds like falling water"],
        ["the pillar", "the pedals", "the long strings"]),
    row("instrument", "trumpet", ["a bright brass horn", "on the town square", "waking up soldiers",
        "oil the valves each week", "at noon", "a bandleader", "it is louder than a storm"],
        ["the bell", "the valves", "the mouthpiece"]),
    row("instrument", "accordion", ["a box that breathes through bellows", "in the harbour bar", "leading a dance",
        "close it gently with the strap", "on Saturday night", "a sailor", "it holds a whole band"],
        ["the bellows", "the buttons", "the reeds"]),
    row("instrument", "cello", ["a large singing box held by the knees", "in the music school", "playing deep tunes",
        "rest it on its side", "on autumn afternoons", "a music teacher", "it warms the whole room"],
        ["the spike", "the bow", "the belly"]),

    row("plant", "fern", ["a green plant without flowers", "in the shady woods", "filling dark corners",
        "keep the soil moist", "after heavy rain", "a forest ranger", "it is older than the birds"],
        ["the fronds", "the spores", "the root"]),
    row("plant", "cactus", ["a fat plant full of needles", "in the dry desert", "decorating a window",
        "water it once a month", "in the hot summer", "a desert guide", "it blooms for one night only"],
        ["the needles", "the ribs", "the flower"]),
    row("plant", "rose", ["a sweet flower on a thorny stem", "along the garden wall", "saying sorry",
        "cut it back in winter", "in June", "a florist", "it smells like an old letter"],
        ["the petals", "the thorns", "the bud"]),
    row("plant", "oak", ["a broad tree with hard wood", "on top of the hill", "building ships",
        "give it plenty of room", "in late autumn", "a carpenter", "it lives for a thousand years"],
        ["the bark", "the acorns", "the crown"]),
    row("plant", "mint", ["a fresh herb with square stems", "near the water tap", "cooling a drink",
        "grow it in its own pot", "on hot afternoons", "a herb grower", "it cleans the breath at once"],
        ["the leaves", "the runners", "the oil"]),
    row("plant", "bamboo", ["a giant grass with hollow canes", "by the quiet river", "making light ladders",
        "stop the roots with a wall", "in the rainy season", "a basket weaver", "it grows while you watch"],
        ["the canes", "the knots", "the shoots"]),
    row("plant", "moss", ["a soft carpet of tiny leaves", "on the north side of stones", "holding rain water",
        "never step on it", "on misty mornings", "a stone mason", "it makes every sound gentle"],
        ["the cushion", "the capsule", "the threads"]),

    row("animal", "otter", ["a playful hunter with thick fur", "in clear streams", "catching fish",
        "leave the river banks alone", "at dawn", "a river keeper", "it holds hands while it sleeps"],
        ["the tail", "the whiskers", "the paws"]),
    row("animal", "owl", ["a silent bird with round eyes", "in the church tower", "hunting mice",
        "keep old barns standing", "around midnight", "a night guard", "it can look behind itself"],
        ["the beak", "the ears", "the talons"]),
    row("animal", "goat", ["a stubborn climber with a beard", "on steep cliffs", "giving milk",
        "mend the fence every week", "in early spring", "a shepherd", "it eats what others refuse"],
        ["the horns", "the hooves", "the beard"]),
    row("animal", "bee", ["a busy insect with a sting", "among wild flowers", "making honey",
        "plant clover for it", "on sunny days", "a beekeeper", "it dances to show the way"],
        ["the wings", "the sting", "the honey bag"]),
    row("animal", "horse", ["a strong runner with a mane", "in the long stable", "pulling carts",
        "brush it after each ride", "before the harvest", "a blacksmith", "it remembers a kind hand"],
        ["the mane", "the saddle place", "the legs"]),
    row("animal", "tortoise", ["a slow walker under a shell", "on warm islands", "teaching patience",
        "let it sleep through the cold", "in the middle of the day", "a zoo doctor", "it carries its house"],
        ["the dome", "the claws", "the little head"]),
    row("animal", "dolphin", ["a clever swimmer with a smile", "in the open sea", "guiding lost boats",
        "pick up nets from the beach", "when the tide comes in", "a sea captain", "it knows its friends by name"],
        ["the fin", "the blowhole", "the smooth nose"]),

    row("vehicle", "ferry", ["a wide boat for people and cars", "at the river crossing", "crossing deep water",
        "paint it before winter", "every half hour", "a boatman", "it gives you time to think"],
        ["the ramp", "the deck", "the engine"]),
    row("vehicle", "tram", ["an electric train on the street", "in the city centre", "riding to work",
        "clean the rails of leaves", "during rush hour", "a tram driver", "it rings a friendly bell"],
        ["the doors", "the rails", "the overhead wire"]),
    row("vehicle", "bicycle", ["a light frame on two wheels", "outside the library", "making short trips",
        "pump up the tyres", "on dry weekends", "a postman", "it needs no fuel at all"],
        ["the pedals", "the chain", "the saddle"]),
    row("vehicle", "tractor", ["a heavy machine with huge wheels", "on the potato farm", "pulling a plough",
        "grease it every evening", "at sowing time", "a farmer", "it is stronger than ten oxen"],
        ["the cab", "the hitch", "the big wheels"]),
    row("vehicle", "sledge", ["a low seat on two runners", "on the snowy slope", "carrying firewood",
        "wax the runners well", "after the first snow", "a woodcutter", "it makes children laugh"],
        ["the runners", "the rope", "the seat"]),
    row("vehicle", "balloon", ["a basket under hot air", "above the green valley", "seeing the land from above",
        "fold the silk when dry", "on windless mornings", "a pilot", "it floats without a sound"],
        ["the basket", "the burner", "the silk"]),
    row("vehicle", "canoe", ["a narrow boat with pointed ends", "on the forest lake", "exploring small bays",
        "store it upside down", "in high summer", "a trapper", "it glides past sleeping ducks"],
        ["the bow seat", "the hull", "the paddle"]),

    row("building", "lighthouse", ["a tall tower with a lamp", "at the end of the cape", "warning ships",
        "polish the lens daily", "on foggy nights", "a keeper", "it has saved many lives"],
        ["the lamp", "the stairs", "the gallery"]),
    row("building", "windmill", ["a tower with four sails", "on the flat plain", "grinding corn",
        "turn the cap into the wind", "in March", "a miller", "it works while you rest"],
        ["the sails", "the millstone", "the cap"]),
    row("building", "barn", ["a big shed with a high roof", "behind the farmhouse", "storing hay",
        "check the roof for gaps", "after the harvest", "a farm hand", "it smells of dry grass"],
        ["the loft", "the beams", "the wide gate"]),
    row("building", "bridge", ["a road held up by arches", "over the narrow gorge", "joining two villages",
        "inspect the arches yearly", "at market time", "an engineer", "it brings people together"],
        ["the arches", "the railing", "the pillars"]),
    row("building", "library", ["a quiet house full of books", "opposite the town hall", "reading in peace",
        "dust the shelves on Mondays", "on rainy days", "a librarian", "it lends the world for free"],
        ["the shelves", "the desk", "the reading room"]),
    row("building", "greenhouse", ["a house made of glass", "in the palace garden", "growing lemons",
        "open the vents when it is hot", "in the cold months", "a gardener", "it is summer inside all year"],
        ["the panes", "the vents", "the benches"]),
    row("building", "castle", ["a stone fort with thick walls", "on the rock above the town", "hiding from enemies",
        "repair the old walls slowly", "on public holidays", "a history guide", "it is full of old stories"],
        ["the moat", "the keep", "the drawbridge"]),
];
