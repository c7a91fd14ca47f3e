/** Parts of addresses, versions, posts and prices. */
import type { EverydayTask } from "./task.ts";

export const addresses: readonly EverydayTask[] = [
  {
    id: "url-domain",
    names: ["getDomain", "domainOf", "hostName", "getHost"],
    params: [["url", "link", "address"]],
    en: [
      '{get} the host name of a URL, such as "example.com"',
      '{extract} the domain from a web address like "https://shop.test.org/cart"',
      "domain of a url (everything between :// and the next slash)",
      "{return} the host part of an http or https link",
      '= "https://example.com/about" -> "example.com"',
      "{take} a full URL and {give} only its hostname, without protocol and path",
      "{pull} the server name out of a link",
      "hostname from url",
      '{find} which site a link belongs to, e.g. "blog.net" for "http://blog.net/a/b"',
      "{strip} protocol and path from a URL so that only the host is left",
    ],
    zh: [
      '{从网址中取出域名，例如 "example.com"}',
      "URL 的主机名",
      "{去掉协议和路径，只返回链接的域名}",
      '= "https://example.com/about" 怎么拿到 "example.com"',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("/")[2];
}`,
      `function \${name}(\${0}) {
  return \${0}.replace(/^https?:\\/\\//, "").split("/")[0];
}`,
    ],
    args: (random) => [
      `${random.pick(["https", "http"])}://${random.pick(["example.com", "shop.test.org", "blog.net", "a.b.io"])}${random.pick(["", "/", "/about", "/a/b?x=1"])}`,
    ],
    always: [["https://example.com"], ["http://shop.test.org/cart?id=3"]],
  },
  {
    id: "parse-url-parts",
    names: ["parseUrl", "splitUrl", "urlParts"],
    params: [["url", "link"]],
    en: [
      '{split} a URL into an object with protocol, host and path ("https", "example.com", "/about")',
      '{parse} "https://example.com/a/b" into protocol, host and path, returned as an object',
      "url parts as an object with the keys protocol (no colon), host, path",
      '{take} an address like "http://files.net/img" and {return} an object: protocol "http", host "files.net", path "/img"',
      '= parse a url without the URL class: { protocol: "https", host: "example.com", path: "/about" }',
      "{break} a link up into protocol, host and path (the path keeps its first slash) as an object",
      '{read} protocol, host and path from a web address and {give} an object with these three keys, path starting with "/"',
      "{separate} a url of the form protocol://host/path into an object with exactly those names, path including its leading slash",
      'url splitter, object of protocol (like "ftp"), host and path (like "/a/b")',
      '{turn} protocol://host/path into an object; path begins with a slash, protocol has no "://"',
    ],
    zh: [
      '{把网址拆成含 protocol、host、path 的对象，例如 "https"、"example.com"、"/about"}',
      "URL 解析成对象（protocol 不带冒号、host、path 带开头的斜杠）",
      "{解析 protocol://host/path 形式的地址，返回 protocol、host、path（以 / 开头）}",
      '= "https://example.com/about" 要得到 { protocol: "https", host: "example.com", path: "/about" }',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [, protocol, host, path] = /^(\\w+):\\/\\/([^/]+)(\\/.*)$/.exec(\${0});
  return { protocol, host, path };
}`,
      `function \${name}(\${0}) {
  const [protocol, rest] = \${0}.split("://");
  const slash = rest.indexOf("/");
  return { protocol, host: rest.slice(0, slash), path: rest.slice(slash) };
}`,
    ],
    args: (random) => [
      `${random.pick(["https", "http", "ftp"])}://${random.pick(["example.com", "shop.test.org", "files.net"])}/${random.pick(["", "about", "a/b", "img/x.png"])}`,
    ],
    always: [["https://example.com/about"], ["http://files.net/"]],
  },
  {
    id: "compare-versions",
    names: ["compareVersions", "compareVersion", "versionCompare"],
    params: [
      ["a", "first", "v1"],
      ["b", "second", "v2"],
    ],
    en: [
      '{compare} two versions like "1.10.0" and "1.9.3": {return} 1, -1 or 0 as the first is newer, older or the same',
      "{return} -1, 0 or 1 for two version strings with three numbers each (first lower, equal, first higher)",
      'version comparison ("1.10.0" vs "1.9.3"), giving 1, 0 or -1',
      "{tell} which of two x.y.z versions is higher: 1 for the first, -1 for the second, 0 if equal",
      "= semver compare without pre-release stuff, 1 / 0 / -1, and 1.10.0 must beat 1.9.0",
      "{check} two version numbers part by part as numbers and {give} 1 if the first is greater, -1 if it's less, else 0",
      "{decide} if an installed version (first) is newer (1), equal (0) or older (-1) than another one, in major.minor.patch form",
      "comparator for x.y.z version strings: -1 older, 0 same, 1 newer",
      "{order} two versions numerically, returning -1 when the first comes before the second, 1 when after, 0 when same",
      "= leetcode 165-like: compare version numbers, both have three parts",
    ],
    zh: [
      '{比较两个版本号（如 "1.10.0" 和 "1.9.3"），前者大返回 1，小返回 -1，相等返回 0}',
      "版本号比较，返回 1、0 或 -1",
      "{按数字逐段比较 x.y.z 版本号，第一个新返回 1，旧返回 -1，相同返回 0}",
      "= 版本 1.10.0 比 1.9.0 大，写个比较函数返回 1/0/-1",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const left = \${0}.split(".").map(Number);
  const right = \${1}.split(".").map(Number);
  for (let i = 0; i < 3; i++) {
    if (left[i] !== right[i]) return left[i] > right[i] ? 1 : -1;
  }
  return 0;
}`,
    ],
    args: (random) => {
      const v = () => `${random.int(0, 2)}.${random.int(0, 12)}.${random.int(0, 3)}`;
      const a = v();
      return [a, random.chance(0.2) ? a : v()];
    },
    always: [
      ["1.2.3", "1.2.3"],
      ["1.10.0", "1.9.9"],
      ["0.1.0", "1.0.0"],
    ],
  },
  {
    id: "bump-version",
    names: ["bumpMinor", "nextMinor", "bumpVersion"],
    params: [["version", "v"]],
    en: [
      '{bump} the minor version: "1.2.3" becomes "1.3.0"',
      "{return} the next minor version of an x.y.z string, with the patch set back to 0",
      'next minor release, e.g. "0.9.9" -> "0.10.0"',
      "{increase} the middle number of a version by one and {reset} the last one to zero",
      '= npm version minor as a js function, "1.2.3" -> "1.3.0"',
      "{take} a semver string and {give} the version of the next minor release (patch 0)",
      "minor version bump for major.minor.patch strings",
      "{raise} minor by 1 and {put} patch to 0 in a version string",
      '{compute} what a version is called after a minor release, such as "2.5.0" after "2.4.7"',
      "{change} a.b.c to a.(b+1).0",
    ],
    zh: [
      '{把次版本号加一并将补丁号归零，"1.2.3" 变成 "1.3.0"}',
      '次版本号升级，"0.9.9" 变成 "0.10.0"',
      "{返回 x.y.z 的下一个 minor 版本，patch 变为 0}",
      '= npm version minor 的效果，"1.2.3" 得 "1.3.0"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [major, minor] = \${0}.split(".");
  return \`\${major}.\${Number(minor) + 1}.0\`;
}`,
    ],
    args: (random) => [`${random.int(0, 9)}.${random.int(0, 30)}.${random.int(0, 30)}`],
    always: [["1.2.3"], ["0.9.9"]],
  },
  {
    id: "extract-hashtags",
    names: ["getHashtags", "extractHashtags", "findTags", "hashtags"],
    params: [["text", "post", "s"]],
    en: [
      "{extract} all hashtags from a text, without the #",
      '{return} the words that follow a "#" in a post, in order, as an array without the sign',
      "hashtags of a text as array (no # in the results)",
      '{find} every tag like #summer in a string and {list} them as "summer", repeats included',
      '= "love #js and #tea" -> ["js", "tea"], [] if none',
      "{collect} hashtags (letters, digits) from a message, leaving off the hash sign, empty array when there are none",
      '{get} the tag names from a tweet, keeping order and duplicates, no "#"',
      "{pull} out each word that starts with # and {drop} the #",
      "hashtag parser for posts, result without hash characters",
      '{take} a post and {give} an array of its tags ("#fun" counts as "fun")',
    ],
    zh: [
      "{提取文本中所有话题标签，不带 #}",
      "话题标签提取，返回数组，不含 # 号",
      "{找出字符串里每个 # 后面的单词，按顺序返回}",
      '= "love #js and #tea" 得到 ["js", "tea"]，没有就返回 []',
    ],
    answers: [
      `function \${name}(\${0}) {
  return (\${0}.match(/#\\w+/g) || []).map((tag) => tag.slice(1));
}`,
      `function \${name}(\${0}) {
  return \${0}.split(" ").filter((word) => word.startsWith("#")).map((word) => word.slice(1));
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(1, 6) }, () =>
        random.pick(["sunny", "day", "#summer", "#js", "go", "#fun2", "at", "#tea"]),
      ).join(" "),
    ],
    always: [["no tags here"], ["#one and #two"]],
  },
  {
    id: "extract-numbers",
    names: ["extractNumbers", "findNumbers", "getNumbers", "numbersIn"],
    params: [["text", "s", "str"]],
    en: [
      "{find} all whole numbers in a text and {return} them as an array of numbers",
      '{extract} the numbers from a string like "12 cats and 3 dogs"',
      "numbers in a text as [12, 3], empty array if there are none",
      "{collect} every run of digits in a string as a number",
      '= "room 12, floor 3" -> [12, 3] in javascript. [] when there\'s nothing',
      "{pull} all non-negative integers out of a sentence",
      "{take} a text and {give} the list of the integers it contains, in order",
      "{scan} a string for digit sequences and {convert} each one to a number",
      "get the ints out of a string",
      "{read} off all the amounts in a message as numbers ([] if it has none)",
    ],
    zh: [
      "{找出文本里的所有整数，返回数字数组}",
      "从字符串提取数字，没有则返回 []",
      "{把字符串中的每一段连续数字变成数字放进数组}",
      '= "12 cats and 3 dogs" 怎么得到 [12, 3]',
    ],
    answers: [
      `function \${name}(\${0}) {
  return (\${0}.match(/\\d+/g) || []).map(Number);
}`,
      `function \${name}(\${0}) {
  return Array.from(\${0}.matchAll(/\\d+/g), (match) => Number(match[0]));
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(1, 6) }, () =>
        random.chance(0.5) ? random.pick(["room", "a", "cats,", "x", "costs"]) : String(random.int(0, 300)),
      ).join(" "),
    ],
    always: [["no numbers"], ["12 cats and 3 dogs"], ["a1b22"]],
  },
  {
    id: "parse-price",
    names: ["parsePrice", "priceToNumber", "parseMoney"],
    params: [["text", "price", "s"]],
    en: [
      '{parse} a price like "$1,234.50" into a number',
      '{turn} "$1,234.50" into 1234.5',
      "dollar amount string to number (drop $ and commas)",
      "{remove} the dollar sign and the thousands commas from a price and {return} it as a number",
      '= "$2,000.99" -> 2000.99',
      "{convert} a formatted US price to a plain number",
      '{read} money text such as "$12.40" or "$3,100.00" as a number',
      "price parser: $ and , are ignored",
      "{take} a string with a dollar amount and {give} its numeric value",
      "{get} the number out of a price tag text",
    ],
    zh: [
      '{把 "$1,234.50" 这样的价格解析成数字}',
      "价格字符串转数字（去掉 $ 和逗号）",
      "{去掉美元符号和千分位逗号，返回数值}",
      '= "$2,000.99" 怎么变成 2000.99',
    ],
    answers: [
      `function \${name}(\${0}) {
  return Number(\${0}.replace(/[$,]/g, ""));
}`,
      `function \${name}(\${0}) {
  return parseFloat(\${0}.slice(1).split(",").join(""));
}`,
    ],
    args: (random) => [`$${random.int(0, 4000).toLocaleString("en-US")}.${random.int(10, 99)}`],
    always: [["$5.00"], ["$1,234.50"], ["$0.99"]],
  },
  {
    id: "expand-range",
    names: ["parseRange", "expandRange", "rangeFromText"],
    params: [["text", "range", "s"]],
    en: [
      '{expand} a range like "3-7" into [3, 4, 5, 6, 7]',
      '{parse} "3-7" and {return} all the numbers in it, both ends included',
      'page range "2-5" to array of numbers',
      '{turn} a text such as "10-13" into the array of whole numbers from 10 to 13',
      '= "3-7" -> [3,4,5,6,7]',
      "{list} every number of a range written with a dash",
      "{take} a string low-high and {give} low, low + 1, ..., high as an array",
      'print dialog style range to list ("4-6" is [4, 5, 6])',
      "{read} two numbers joined by a hyphen and {count} from the first to the second, in an array",
      "{convert} a from-to string into all its integers, inclusive",
    ],
    zh: [
      '{把 "3-7" 展开成 [3, 4, 5, 6, 7]}',
      "范围字符串转数组，两端都包含",
      '{解析 "10-13" 这样的区间，返回其中所有整数}',
      '= 打印页码 "2-5" 怎么变成 [2,3,4,5]',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [low, high] = \${0}.split("-").map(Number);
  const numbers = [];
  for (let i = low; i <= high; i++) numbers.push(i);
  return numbers;
}`,
      `function \${name}(\${0}) {
  const [low, high] = \${0}.split("-").map(Number);
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}`,
    ],
    args: (random) => {
      const low = random.int(0, 40);
      return [`${low}-${low + random.int(0, 8)}`];
    },
    always: [["3-7"], ["5-5"]],
  },
];
