/**
 * Changes the names of functions, people and cities in a task, so that the model learns to copy names from the request
 * instead of a known list. For training: held-out tasks keep their names.
 */
import type { Random } from "./random.ts";
import type { Draft } from "./sample.ts";
import { CITIES, capitalize, PEOPLE } from "./words.ts";

/** Share of the changeable names. */
const RENAMED_SHARE = 0.6;
const PLAIN_NAMES = [...PEOPLE, ...CITIES];

const WORDS =
  `add admin age all alpha amount angle any apple area array average bad bag balance bank bar base basket best
  big bill bird block blue board body book both bottom box branch bread break bridge bright brown bucket budget button buy
  cabin cable cache cake call camp card care cart case cash cat cell center chain chair change chart chat child city class
  clean clear client clock close cloud club coach coast code coin cold color column common copy corner cost count cover
  cube current customer cut cycle daily dark data date day deep deal debt demo dense depth desk detail diff dish dog done
  door double down draft draw drop dry dust each early earth east easy edge egg eight empty end enemy energy engine enter
  entry equal error even event every exact exit extra face fact fair fall farm fast fee field file fill final first fish
  fit five fix flag flat flight flip floor flow fly fold food foot force fork form forty four frame free fresh friend from
  front fruit full game gap garden gate gift girl give glad goal gold good grass gray great green grid group grow guess
  guest half hall hand happy hard hash has head heat heavy height help hidden high hill hit hold home hot hour house huge
  human ice icon idea inch index inner is island item job join jump junior just keep kept key kind king kite label lake
  lamp land lane large last late lead leaf left length less letter level light like limit line link list lock log logic
  long loop loud low lunch lucky major many map mark mask match max mean meal medal member menu metal middle mile milk
  min minor minute mirror mix mode money month most mouse move multi music must my near neat need negative nest net new
  next nice night nine noise none north note number object odd off office offset old one only open option orange order
  other outer over owner pack page pair pan parent park part party pass past path pay peak pen people per pet phone pick
  pie pin place plan plant play plus point pool pop port positive post price prime print prize product profile pure put
  quick quiet race rain random range rare rate raw reach ready real red rest result rich ride right ring rise river road
  rock role roll room root rope rose rough round route row rule run safe sale salt same sand scale scan score sea seat
  second seed sell send set seven shade shape share sheet shelf ship shirt shop short show side sign silver simple single
  six size skip sky sleep slice slow small smart smooth snow soft sold some song sort sound south space spare speed split
  spot spring square stack stage star start state stay steep step stick still stone stop store storm street string strip
  strong student sub sugar sum summer sun super swap swim table tag tail take talk tall tank task tax team ten term test
  text than thick thin third three ticket tidy time tiny to token tool top total town toy track trade train tree trim trip
  true try tune turn twice twin two type unique unit until up upper use user value vast very view village visit voice vote
  vowel wait walk wall warm wash watch water wave way weak week weight west wheel white whole wide wild win wind window
  winter wise with without wood word work world wrap write year yellow young zero zone`.split(/\s+/);

/** The task with some of its names changed, wherever they stand: request, answer and tests. */
export function renamed(draft: Draft, random: Random): Draft {
  const text = JSON.stringify(draft);
  const others = new Map<string, string>();
  for (const name of new Set([...functionsOf(draft), ...PLAIN_NAMES.filter((name) => text.includes(name))])) {
    if (!random.chance(RENAMED_SHARE)) continue;
    const other = PLAIN_NAMES.includes(name) ? capitalize(invented(random)) : ownName(random);
    // A name must not become another existing name, nor a reserved word.
    const taken = RESERVED.has(other) || text.includes(other) || [...others.values()].includes(other);
    if (!taken) others.set(name, other);
  }
  if (others.size === 0) return draft;
  const names = new RegExp(`\\b(?:${[...others.keys()].join("|")})\\b`, "g");
  return mapStrings(draft, (part) => part.replace(names, (name) => others.get(name) as string)) as Draft;
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
}

/** The functions that the tests call, except names that are also ordinary words. */
function functionsOf({ tests }: Draft): string[] {
  if (tests.kind !== "code") return [];
  const called = [tests.entry, ...tests.cases.map(({ entry }) => entry)];
  return called.filter((name) => name !== undefined).filter((name) => /[a-z][A-Z]/.test(name));
}

/**
 * Function names as a person may choose them: `sumOfRows`, `clean_text`, `vobelk`, `top10`. The result may be a
 * reserved word.
 */
export function ownName(random: Random): string {
  if (random.chance(0.25)) return invented(random) + (random.chance(0.2) ? capitalize(random.pick(WORDS)) : "");
  const words = Array.from({ length: random.pick([1, 2, 2, 2, 3]) }, () => random.pick(WORDS));
  const name = random.chance(0.12)
    ? words.join("_")
    : words.map((word, i) => (i > 0 ? capitalize(word) : word)).join("");
  return random.chance(0.06) ? name + random.int(1, 99) : name;
}

/** Letters in an order that can be spoken. */
function invented(random: Random): string {
  const syllable = (): string =>
    random.pick([..."bcdfghjklmnprstvwz"]) +
    random.pick([..."aeiou"]) +
    (random.chance(0.35) ? random.pick([..."bdgklmnprstx"]) : "");
  return Array.from({ length: random.int(2, 3) }, syllable).join("");
}

/** Words that an answer may contain or JavaScript reserves. */
export const RESERVED: ReadonlySet<string> = new Set(
  "all any break case class const delete do else even false for function if in is let list map max min new null number odd of result return rest set sort split string sum test text this total true try typeof value var void while with words x y".split(
    " ",
  ),
);
