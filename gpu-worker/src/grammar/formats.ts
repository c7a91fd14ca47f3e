/**
 * The formats of JSON Schema that are guaranteed, as patterns of a string's whole value. Each accepts what every validator
 * accepts, and leaves out rare spellings: years of five digits, leap seconds, quoted local parts.
 */

const MONTH_AND_DAY =
  "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))";
const LEAP_YEAR = "(?:\\d{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";
const DATE = `(?:\\d{4}-${MONTH_AND_DAY}|${LEAP_YEAR}-02-29)`;
const TIME = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";

const TIME_PERIOD = "T(?:\\d{1,9}H(?:\\d{1,9}M(?:\\d{1,9}S)?)?|\\d{1,9}M(?:\\d{1,9}S)?|\\d{1,9}S)";
const DATE_PERIOD = "(?:\\d{1,9}Y(?:\\d{1,9}M(?:\\d{1,9}D)?)?|\\d{1,9}M(?:\\d{1,9}D)?|\\d{1,9}D)";

const LABEL = "[a-z0-9]{1,12}(?:-[a-z0-9]{1,12}){0,2}";
const HOSTNAME = `${LABEL}(?:\\.${LABEL}){0,3}`;
const ATOM = "[A-Za-z0-9_+-]{1,30}";

const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const GROUP = "[0-9a-fA-F]{1,4}";
/** Eight groups, or fewer around one `::`. */
const IPV6 = [
  `(?:${GROUP}:){7}${GROUP}`,
  ...Array.from({ length: 8 }, (_, before) => {
    const left = before === 0 ? "" : `${GROUP}(?::${GROUP}){${before - 1}}`;
    const room = 7 - before;
    const right = room === 0 ? "" : `(?:${GROUP}(?::${GROUP}){0,${room - 1}})?`;
    return `${left}::${right}`;
  }),
].join("|");

const PATH_CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
const URI = `[a-z][a-z0-9+.-]{0,15}://${HOSTNAME}(?::\\d{1,5})?(?:/${PATH_CHARACTER}*)*(?:\\?(?:${PATH_CHARACTER}|[/?])*)?(?:#(?:${PATH_CHARACTER}|[/?])*)?`;

export const FORMATS: ReadonlyMap<string, string> = new Map([
  ["date", DATE],
  ["time", TIME],
  ["date-time", `${DATE}T${TIME}`],
  ["duration", `P(?:${DATE_PERIOD}(?:${TIME_PERIOD})?|${TIME_PERIOD}|\\d{1,9}W)`],
  ["email", `${ATOM}(?:\\.${ATOM})?@${LABEL}(?:\\.${LABEL}){1,3}`],
  ["hostname", HOSTNAME],
  ["ipv4", `${BYTE}(?:\\.${BYTE}){3}`],
  ["ipv6", IPV6],
  ["uri", URI],
  ["uuid", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"],
]);
