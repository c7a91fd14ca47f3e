/** Everyday tasks on parts of a text: paths, addresses, tags, lines. */
import type { EverydayTask } from "./task.ts";
import { phrase, word, words } from "./text-draws.ts";

export const textParts: readonly EverydayTask[] = [
  {
    id: "all-indexes",
    names: ["findAllIndexes", "allIndexes", "indexesOf", "positions"],
    params: [
      ["str", "s", "text"],
      ["char", "letter", "ch", "c"],
    ],
    en: [
      "{find} all indexes at which a character occurs in a string",
      "{return} an array with every position of a letter in a text, counting from 0",
      "{list} the indices of a given character in a string",
      "{take} a string and a letter and {return} all the indexes where it is",
      "{get} all positions of a char, not just the first one as indexOf does",
      "{collect} the indexes of each occurrence of a letter",
      "all indexes of a character",
      "positions of a letter in a string",
      "indexOf that returns all matches of a character",
      "every index of a char in a word",
      "= indexOf only gives me the first index. how do i get all of them for one letter, as an array?",
    ],
    zh: [
      "{找出某个字符在字符串中的所有下标}",
      "{返回一个字母出现的全部位置，从 0 开始}",
      "{列出字符串里某个字符的所有索引}",
      "字符的所有下标",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i++) {
    if (\${0}[i] === \${1}) result.push(i);
  }
  return result;
}`,
    ],
    args: (random) => [phrase(random, 3), random.pick(["a", "e", "o", "n", "t"])],
    always: [
      ["banana", "a"],
      ["hello", "z"],
    ],
  },
  {
    id: "file-extension",
    names: ["getExtension", "fileExtension", "extension", "getFileExtension"],
    params: [["filename", "file", "name", "path"]],
    en: [
      "{get} the extension of a file name, without the dot",
      "{return} what comes after the last dot of a filename",
      '{extract} the file extension, e.g. "pdf" from "report.pdf"',
      '{find} out the ending of a file name like "jpg" or "txt"',
      "{take} a filename and {return} its extension (no dot)",
      "{tell} the file type by the letters after the last dot",
      "file extension from filename",
      "get file extension",
      "extension of a file, the part after the last dot",
      "file ending without the dot",
      '= how to get the file extension in js? "photo.holiday.jpg" -> "jpg"',
    ],
    zh: [
      "{获取文件名的扩展名，不带点}",
      "{返回文件名最后一个点之后的部分}",
      '{从 "report.pdf" 里取出 "pdf"}',
      "获取文件扩展名（不含点）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split(".").pop();
}`,
      `function \${name}(\${0}) {
  return \${0}.slice(\${0}.lastIndexOf(".") + 1);
}`,
    ],
    args: (random) => [
      `${word(random)}${random.chance(0.3) ? `.${word(random)}` : ""}.${random.pick(["txt", "pdf", "jpg", "png", "js", "html", "csv", "gz"])}`,
    ],
    always: [["report.pdf"], ["archive.tar.gz"]],
  },
  {
    id: "base-name",
    names: ["baseName", "getFileName", "fileName", "filenameFromPath"],
    params: [["path", "filePath", "p", "str"]],
    en: [
      "{get} the file name from a path",
      '{return} the last part of a path like "/home/me/file.txt"',
      "{extract} the file's name out of a path with slashes",
      "{take} a file path and {return} what comes after the last slash",
      "{cut} the folders off a path so only the file name remains",
      "{find} the filename in a unix path",
      "file name from path",
      "last segment of a path",
      "basename of a path with slashes",
      "path to filename",
      '= i have "a/b/c.txt" and want just "c.txt". Write the js function',
    ],
    zh: [
      "{从路径里取出文件名}",
      "{返回路径最后一个斜杠之后的部分}",
      "{去掉路径里的文件夹，只留文件名}",
      "路径取文件名",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("/").pop();
}`,
      `function \${name}(\${0}) {
  return \${0}.slice(\${0}.lastIndexOf("/") + 1);
}`,
    ],
    args: (random) => [
      `${random.pick(["/", "", "/home/", "src/"])}${words(random, 0, 3)
        .map((one) => `${one}/`)
        .join("")}${word(random)}.${random.pick(["txt", "js", "png", "md"])}`,
    ],
    always: [["/home/me/file.txt"], ["readme.md"]],
  },
  {
    id: "email-domain",
    names: ["getDomain", "emailDomain", "domainOf", "extractDomain"],
    params: [["email", "address", "mail"]],
    en: [
      "{get} the domain of an email address",
      "{return} the part after the @ of an email",
      '{extract} the domain from a mail address, "a@b.com" gives "b.com"',
      "{take} an email address and {return} what is behind the at sign",
      "{find} out which domain an e-mail belongs to",
      "{cut} off everything up to and including the @",
      "email domain",
      "domain from email address",
      "part of an email after the @",
      "domain of a mail address",
      '= how do i get "gmail.com" out of "bob@gmail.com" in js?',
    ],
    zh: ["{获取邮箱地址的域名}", "{返回邮箱中 @ 后面的部分}", '{从邮箱 "a@b.com" 里取出 "b.com"}', "邮箱域名"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("@")[1];
}`,
      `function \${name}(\${0}) {
  return \${0}.slice(\${0}.indexOf("@") + 1);
}`,
    ],
    args: (random) => [
      `${word(random)}@${random.pick(["gmail.com", "mail.example.org", "test.de", "school.edu", "shop.co.uk"])}`,
    ],
    always: [["bob@gmail.com"]],
  },
  {
    id: "email-user",
    names: ["getUsername", "emailUser", "usernameFromEmail", "userName"],
    params: [["email", "address", "mail"]],
    en: [
      "{get} the user name of an email address, the part before the @",
      "{return} everything in front of the @ of an email",
      "{extract} the name before the at sign from a mail address",
      "{take} an email and {cut} off the @ and the domain",
      '{give} me "bob" for "bob@gmail.com"',
      "{find} the local part of an email address",
      "{read} the username out of an e-mail address (left of the @)",
      "username from email",
      "part of an email before the @",
      "local part of an email address",
      "= js function that gets the bit before the @ in an email?",
    ],
    zh: [
      "{获取邮箱地址中 @ 前面的用户名}",
      "{从邮箱里取出 @ 之前的部分}",
      "{去掉邮箱的域名和 @，只留用户名}",
      "邮箱用户名",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("@")[0];
}`,
      `function \${name}(\${0}) {
  return \${0}.slice(0, \${0}.indexOf("@"));
}`,
    ],
    args: (random) => [
      `${random.pick(["bob", "anna.lee", "info", "max_99", "sales", "x"])}${random.chance(0.4) ? random.int(1, 99) : ""}@${random.pick(["gmail.com", "test.de", "school.edu"])}`,
    ],
    always: [["bob@gmail.com"]],
  },
  {
    id: "between-brackets",
    names: ["getBetweenBrackets", "insideBrackets", "betweenParentheses", "extractBrackets"],
    params: [["text", "str", "s"]],
    en: [
      "{get} the text between the first ( and the first )",
      "{return} what stands inside the parentheses of a string",
      '{extract} the part in round brackets, for example "blue" from "sky (blue) day"',
      "{find} the content of the parentheses in a text",
      "{take} a text with one pair of parentheses and {return} what's in between",
      "{read} the words inside the ( ) of a string, without the brackets",
      "text inside parentheses",
      "content between round brackets",
      "extract text in parentheses",
      "part of a string between ( and )",
      '= my strings look like "Berlin (Germany)". How can I get only "Germany"? there is always exactly one pair of brackets',
    ],
    zh: [
      "{取出圆括号里的内容}",
      "{返回字符串中 ( 和 ) 之间的文字}",
      '{从 "Berlin (Germany)" 中提取 "Germany"}',
      "提取括号内的文字",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.slice(\${0}.indexOf("(") + 1, \${0}.indexOf(")"));
}`,
      `function \${name}(\${0}) {
  return \${0}.split("(")[1].split(")")[0];
}`,
    ],
    args: (random) => [`${phrase(random, 3)} (${phrase(random, 2)})${random.chance(0.5) ? ` ${word(random)}` : ""}`],
    always: [["Berlin (Germany)"], ["a () b"]],
  },
  {
    id: "strip-html",
    names: ["stripHtml", "removeTags", "stripTags", "removeHtml"],
    params: [["html", "str", "text", "s"]],
    en: [
      "{remove} all HTML tags from a string",
      "{strip} the tags out of some html and {return} the text",
      "{delete} everything between < and > including the signs",
      '{turn} "<p>Hello <b>you</b></p>" into "Hello you"',
      "{take} html code and {return} the plain text without tags",
      "{clean} a string from html tags",
      "{get} rid of tags like <b> or <p> in a text",
      "strip html tags",
      "html to plain text, tags removed",
      "remove tags from html string",
      "= How can I remove html tags from a string with a regex in javascript?",
    ],
    zh: [
      "{去掉字符串里的 HTML 标签}",
      "{删除 < 和 > 之间的所有内容，包括尖括号}",
      "{把 HTML 变成纯文本，去掉标签}",
      "去除HTML标签",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/<[^>]*>/g, "");
}`,
    ],
    args: (random) => {
      const tag = random.pick(["p", "b", "div", "i", "h1"]);
      return [
        `<${tag}>${phrase(random, 2)}</${tag}>${random.chance(0.5) ? ` ${word(random)}<br>` : ""}${random.chance(0.4) ? `<a href="x">${word(random)}</a>` : ""}`,
      ];
    },
    always: [["<p>Hello <b>you</b></p>"], ["no tags"]],
  },
  {
    id: "escape-html",
    names: ["escapeHtml", "escapeHTML", "htmlEscape", "encodeHtml"],
    params: [["text", "str", "s", "html"]],
    en: [
      "{escape} &, < and > for HTML as &amp;, &lt; and &gt;",
      '{replace} & by "&amp;", < by "&lt;" and > by "&gt;" in a text',
      "{make} a string safe for html: & < > become &amp; &lt; &gt;",
      "{convert} the characters <, > and & to html entities",
      "{take} a text and {return} it with < > & escaped so that the browser shows them",
      "{encode} the three special characters & < > for use in a web page",
      "html escaping of &, < and >",
      "escape html special characters (& < >)",
      "escape < > & as entities",
      "html entities for &, < and >",
      "= user input ends up on my page. js function to escape & < and > in a string please",
    ],
    zh: [
      "{把文本中的 &、<、> 转义成 &amp;、&lt;、&gt;}",
      "{对字符串做 HTML 转义，只处理 & < >}",
      "{将 < > & 换成 HTML 实体}",
      "HTML转义（& < >）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}`,
      `function \${name}(\${0}) {
  return \${0}.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}`,
    ],
    args: (random) => [[word(random), word(random), word(random)].join(random.pick([" & ", " < ", " > ", "<b>", " "]))],
    always: [["a < b & c > d"], ["plain"]],
  },
  {
    id: "count-lines",
    names: ["countLines", "lineCount", "numberOfLines"],
    params: [["text", "str", "s"]],
    en: [
      "{count} the lines of a text",
      "{return} how many lines a string has, lines are separated by \\n",
      "{tell} the number of lines in a multi-line string",
      "{take} a text with line breaks and {return} the line count",
      "{find} out how many lines there are in a text",
      "{count} lines in a string (split at newlines)",
      "{get} the number of rows of a text separated by newline characters",
      "line count",
      "line counter for a text",
      "number of lines in a string",
      "= how do I count lines of a string in js? newline is \\n",
    ],
    zh: ["{统计文本有多少行}", "{返回字符串的行数，以换行符分隔}", "{数一数一段文字有几行}", "统计行数"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("\\n").length;
}`,
    ],
    args: (random) => [words(random, 1, 6).join("\n")],
    always: [["a\nb\nc"], ["one line"]],
  },
];
