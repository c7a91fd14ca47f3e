/** Rules of small games. */
import type { EverydayTask } from "./task.ts";

export const games: readonly EverydayTask[] = [
  {
    id: "tic-tac-toe-winner",
    names: ["ticTacToeWinner", "getWinner", "checkWinner"],
    params: [["board", "cells", "squares"]],
    en: [
      '{find} the winner of a tic-tac-toe board given as an array of nine strings "X", "O" or ""; {return} "X", "O" or null',
      '{check} who has three in a row in tic-tac-toe: nine cells row by row, each "X", "O" or "" for empty, null if there is no winner',
      'tic tac toe winner ("X", "O" or null) of a flat board with 9 cells, empty ones are ""',
      '{take} a noughts and crosses board as a list of 9 marks ("" is free) and {tell} whether "X" or "O" has won, else null',
      '= react tutorial calculateWinner: squares array of 9 ("X", "O", ""), returns the winner or null',
      "{look} for a line of three equal marks on a 3x3 board stored in one array (empty cells are empty strings), {return} the mark or null",
      '{decide} a game of tic-tac-toe from its nine fields: "X", "O", or null when nobody has a row, column or diagonal',
      '{return} "X" or "O" if that player fills a row, column or diagonal of the nine-cell board, otherwise null; free cells hold ""',
      "noughts and crosses winner check, board is 9 strings, result null without a winner",
      '{see} if someone has won at tic tac toe (array of nine, "" for blank): give back their sign or null',
    ],
    zh: [
      '{判断井字棋胜者：棋盘是 9 个字符串 "X"、"O" 或 "" 的数组，返回 "X"、"O" 或 null}',
      '井字棋胜负判断（长度为 9 的数组，空格为 ""），没有胜者返回 null',
      '{检查九宫格里谁连成三个，返回 "X" 或 "O"，否则 null，空位是空字符串}',
      '= 井字棋 calculateWinner，输入 9 格数组（空为 ""），返回赢家或 null',
    ],
    answers: [
      `function \${name}(\${0}) {
  const lines = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];
  for (const [a, b, c] of lines) {
    if (\${0}[a] && \${0}[a] === \${0}[b] && \${0}[a] === \${0}[c]) return \${0}[a];
  }
  return null;
}`,
    ],
    args: (random) => {
      const line = random.pick([
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [0, 3, 6],
        [2, 5, 8],
        [0, 4, 8],
        [2, 4, 6],
      ]);
      if (random.chance(0.6)) {
        const won = random.pick(["X", "O"]);
        return [
          Array.from({ length: 9 }, (_, i) => (line.includes(i) ? won : i % 2 === 0 ? "" : won === "X" ? "O" : "")),
        ];
      }
      return [["X", "O", "X", "", "O", "", "O", "X", ""]];
    },
    always: [
      [["X", "X", "X", "O", "O", "", "", "", ""]],
      [["", "", "", "", "", "", "", "", ""]],
      [["O", "X", "X", "X", "O", "O", "X", "O", "O"]],
    ],
  },
  {
    id: "guess-hint",
    names: ["guessHint", "checkGuess", "hint"],
    params: [
      ["guess", "g", "n"],
      ["secret", "target", "answer"],
    ],
    en: [
      '{give} a hint for a guessed number: "too low", "too high" or "correct" (guess first, then the secret)',
      '{compare} a guess with the secret number and {return} "too low", "too high" or "correct"',
      'number guessing game hint ("too low" / "too high" / "correct"), args guess and secret',
      '{tell} a player if a guess is "too high", "too low" or "correct"; the second argument is the hidden number',
      '= guess the number: guess < secret -> "too low", guess > secret -> "too high", else "correct"',
      '{answer} a guess with "correct" when it equals the target and otherwise with "too low" or "too high"',
      '{check} the guess (1st argument) against the number to find (2nd argument), reply "too low", "too high", "correct"',
      '{react} to a guess in higher/lower: "too low" below the secret, "too high" above it, "correct" on it',
      '{take} a guess and the target, {say} "too low" if the guess is smaller, "too high" if it\'s bigger and "correct" if it is right',
      'higher or lower game: the reply to a guess as "too low", "too high" or "correct" given guess and answer',
    ],
    zh: [
      '{猜数字：比较猜测和答案，返回 "too low"、"too high" 或 "correct"，猜测在前}',
      '猜数游戏提示（猜测，答案）："too low"、"too high"、"correct"',
      '{猜小了返回 "too low"，猜大了返回 "too high"，猜中返回 "correct"}',
      '= 猜数字提示函数，参数是 guess 和 secret，返回 "too low"/"too high"/"correct"',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  if (\${0} < \${1}) return "too low";
  if (\${0} > \${1}) return "too high";
  return "correct";
}`,
    ],
    args: (random) => {
      const s = random.int(1, 20);
      return [random.chance(0.25) ? s : random.int(1, 20), s];
    },
    always: [
      [5, 10],
      [10, 5],
      [7, 7],
    ],
  },
  {
    id: "hangman-display",
    names: ["hangman", "showWord", "revealWord", "hideWord"],
    params: [
      ["word", "secret", "text"],
      ["letters", "guessed", "guesses"],
    ],
    en: [
      '{show} a hangman word: letters that were guessed appear, all others are "_"',
      "{replace} every letter of a word that is not in a list of guessed letters with an underscore",
      'hangman display: word and guessed letters -> "_pp_e"',
      '{hide} the letters of a secret word that have not been guessed yet ("_" for each); guessed ones come as an array',
      '= ("apple", ["p"]) -> "_pp__", for a hangman game',
      "{return} the word with only the guessed letters visible and underscores for the rest, no spaces between",
      "{take} a lowercase word and an array of letters and {give} the hangman pattern",
      "{mask} a word for hangman with _ except where a guessed letter (second argument, array) stands",
      '{reveal} guessed letters of a secret word, unknown letters stay "_"',
      "hangman word with blanks as underscores",
    ],
    zh: [
      '{显示猜词游戏的单词：猜中的字母显示，其余为 "_"}',
      'hangman 显示，("apple", ["p"]) 得 "_pp__"',
      "{把单词中不在已猜字母数组里的字母换成下划线}",
      "= 猜单词游戏，没猜到的字母显示下划线，写个函数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...\${0}].map((letter) => (\${1}.includes(letter) ? letter : "_")).join("");
}`,
      `function \${name}(\${0}, \${1}) {
  let shown = "";
  for (const c of \${0}) shown += \${1}.includes(c) ? c : "_";
  return shown;
}`,
    ],
    args: (random) => [
      random.pick(["banana", "apple", "kayak", "river", "glass", "moon"]),
      random.some([..."abeglmnoprsvky"], random.int(0, 6)),
    ],
    always: [
      ["apple", ["p"]],
      ["moon", []],
      ["kayak", ["a", "k", "y"]],
    ],
  },
  {
    id: "robot-position",
    names: ["robotPosition", "finalPosition", "moveRobot"],
    params: [["moves", "path", "commands"]],
    en: [
      "{follow} a string of moves U, D, L, R from [0, 0] and {return} the final [x, y] (U adds 1 to y, R adds 1 to x)",
      "{return} where a robot ends up as [x, y] when it starts at [0, 0] and walks a text of U (y + 1), D (y - 1), L (x - 1) and R (x + 1)",
      'robot position after moves like "UURD", starting at [0, 0], up is +y and right is +x',
      '{take} commands "U", "D", "L", "R" in one string and {compute} the end point [x, y]; right increases x, up increases y, start is the origin',
      '= robot walks "UURDL" from the origin. R: x+1, L: x-1, U: y+1, D: y-1. return [x, y]',
      "{simulate} steps up (y plus one), down, left and right (x plus one), one letter each, starting in the origin, and {give} the place as [x, y]",
      '{track} a player\'s position [x, y] through a sequence such as "RRU", from [0, 0], with U upward (+1 in y)',
      "{work} out the coordinates [x, y] reached from zero by the letters U/D (y up/down by 1) and L/R (x left/right by 1)",
      "end position on a grid as [x, y]: start at 0, 0, each letter of a text moves by one (R right, L left, U up, D down; up means larger y)",
      "{move} a point from [0, 0] by every letter of a string, U = +1 y, D = -1 y, R = +1 x, L = -1 x, and {report} [x, y]",
    ],
    zh: [
      "{从 [0, 0] 出发按 U、D、L、R 移动，返回最后的 [x, y]（U 使 y 加 1，R 使 x 加 1）}",
      "机器人最终位置 [x, y]，起点原点，U/D 改变 y，R/L 改变 x，每步 1",
      "{按字符串里的 U（y+1）、D（y-1）、L（x-1）、R（x+1）走，从原点开始，返回坐标数组}",
      '= 机器人走 "UURDL"，R: x+1，L: x-1，U: y+1，D: y-1，返回 [x, y]',
    ],
    answers: [
      `function \${name}(\${0}) {
  let [x, y] = [0, 0];
  for (const step of \${0}) {
    if (step === "U") y++;
    if (step === "D") y--;
    if (step === "R") x++;
    if (step === "L") x--;
  }
  return [x, y];
}`,
      `function \${name}(\${0}) {
  const count = (letter) => \${0}.split(letter).length - 1;
  return [count("R") - count("L"), count("U") - count("D")];
}`,
    ],
    args: (random) => [Array.from({ length: random.int(0, 9) }, () => random.pick([..."UDLR"])).join("")],
    always: [[""], ["UR"], ["UDLR"], ["LLD"]],
  },
  {
    id: "blackjack-value",
    names: ["handValue", "blackjack", "scoreHand"],
    params: [["cards", "hand", "list"]],
    en: [
      '{compute} the value of a blackjack hand: J, Q, K count 10, an ace "A" counts 11, or 1 if the total would be over 21',
      '{add} up blackjack cards given as strings ("2" to "10", "J", "Q", "K", "A"); aces are 11 but become 1 as long as the sum is above 21',
      "blackjack hand value, aces 11 or 1 to stay at 21 or below where possible",
      "{score} a hand at blackjack: faces are worth ten, each ace eleven unless that busts, in which case one",
      '= blackjack: ["A","K"] -> 21, ["10","9","A"] -> 20, ["A","A"] -> 12',
      '{count} a hand of cards by blackjack rules, "A" as 11 or 1, pictures as 10, others by number',
      "{take} an array of card ranks and {return} the best blackjack total; drop aces from 11 to 1 one at a time while it is more than 21",
      "{work} out points in twenty-one: number cards at face value, J/Q/K 10, A 11 or, to avoid going over 21, 1",
      '{total} a list of ranks like ["Q", "7", "A"] under blackjack rules (ace 11 or 1)',
      "value of cards in 21, with soft aces",
    ],
    zh: [
      "{计算 21 点手牌点数：J、Q、K 算 10，A 算 11，超过 21 时 A 改算 1}",
      "21 点手牌求值，A 为 11 或 1，牌是字符串数组",
      "{把牌面加起来，人头牌 10 点，A 先算 11，总和大于 21 就逐个改成 1}",
      '= 21 点：["A","K"] 得 21，["10","9","A"] 得 20，写函数',
    ],
    answers: [
      `function \${name}(\${0}) {
  let total = 0;
  let aces = 0;
  for (const card of \${0}) {
    if (card === "A") aces++;
    total += card === "A" ? 11 : Number(card) || 10;
  }
  while (total > 21 && aces > 0) {
    total -= 10;
    aces--;
  }
  return total;
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(2, 4) }, () => random.pick(["2", "3", "5", "7", "9", "10", "J", "Q", "K", "A"])),
    ],
    always: [[["A", "K"]], [["A", "A"]], [["10", "9", "A"]], [["K", "Q", "5"]]],
  },
  {
    id: "card-name",
    names: ["cardName", "nameOfCard", "readCard"],
    params: [["code", "card", "text"]],
    en: [
      '{write} out a card code: "KH" becomes "King of Hearts", "10D" becomes "10 of Diamonds"',
      '{turn} "AS" into "Ace of Spades", "7C" into "7 of Clubs" and so on (J, Q, K, A and H, S, D, C)',
      'card name from a code, e.g. "QH" -> "Queen of Hearts", "9S" -> "9 of Spades"',
      '{take} a rank (2-10, J, Q, K, A) followed by a suit letter (H, D, C, S) and {return} text like "Jack of Clubs" or "10 of Hearts"',
      '= "KH" -> "King of Hearts", "3D" -> "3 of Diamonds". J Q K A are Jack Queen King Ace',
      '{name} a playing card given in short form such as "AC" ("Ace of Clubs") or "8H" ("8 of Hearts")',
      '{expand} the short notation of playing cards ("JD") to English ("Jack of Diamonds"); numbers stay numbers ("4 of Clubs")',
      '{read} a card like "QS" aloud: rank word or number, "of", suit ("Queen of Spades", "6 of Hearts")',
      '{convert} codes of cards, last letter the suit, rest the rank, into names in the style "Ace of Hearts" and "5 of Clubs"',
      'full name of a poker card from its abbreviation: "10C" is "10 of Clubs", "KD" is "King of Diamonds"',
    ],
    zh: [
      '{把牌的代码写成全名："KH" 变成 "King of Hearts"，"10D" 变成 "10 of Diamonds"}',
      '扑克牌全名，例如 "AS" 是 "Ace of Spades"，"7C" 是 "7 of Clubs"',
      '{将点数（2-10、J、Q、K、A）加花色字母（H、D、C、S）转换成英文名称，如 "Jack of Clubs"、"9 of Hearts"}',
      '= "QH" 得 "Queen of Hearts"，"3D" 得 "3 of Diamonds"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const ranks = { J: "Jack", Q: "Queen", K: "King", A: "Ace" };
  const suits = { H: "Hearts", D: "Diamonds", C: "Clubs", S: "Spades" };
  const rank = \${0}.slice(0, -1);
  return \`\${ranks[rank] || rank} of \${suits[\${0}.at(-1)]}\`;
}`,
    ],
    args: (random) => [random.pick(["2", "5", "7", "9", "10", "J", "Q", "K", "A"]) + random.pick(["H", "S", "D", "C"])],
    always: [["KH"], ["10D"], ["AS"], ["2C"]],
  },
  {
    id: "is-dark-square",
    names: ["isDarkSquare", "isBlackSquare", "darkSquare"],
    params: [["square", "field", "position"]],
    en: [
      '{check} if a chess square like "a1" is dark',
      '{tell} whether a field on a chess board, such as "e4", is a black one (a1 is black)',
      'dark chess square? ("a1" -> true, "a2" -> false)',
      "{return} true for dark squares of a chessboard and false for light ones",
      '= chess: is "h8" a dark square? from the coordinates, boolean',
      '{determine} the colour of a chess square given like "c6": true if dark, false if light',
      "{say} if a square in chess notation is one of the dark ones",
      "{take} a coordinate from a1 to h8 and {find} out whether that square is dark on a real board",
      "black square test for chess coordinates",
      '{decide} whether a bishop on a square such as "f4" is a dark-squared bishop',
    ],
    zh: [
      '{判断国际象棋的格子（如 "a1"）是不是深色格}',
      '国际象棋深色格判断，"a1" 返回 true',
      "{检查棋盘坐标对应的格子是否为黑格，a1 是黑格}",
      '= 国际象棋 "h8" 是深色格吗？根据坐标返回布尔值',
    ],
    answers: [
      `function \${name}(\${0}) {
  const column = \${0}.charCodeAt(0) - 96;
  return (column + Number(\${0}[1])) % 2 === 0;
}`,
      `function \${name}(\${0}) {
  const column = "abcdefgh".indexOf(\${0}[0]);
  const row = Number(\${0}[1]) - 1;
  return column % 2 === row % 2;
}`,
    ],
    args: (random) => [random.pick([..."abcdefgh"]) + random.int(1, 8)],
    always: [["a1"], ["a2"], ["h8"], ["e4"]],
  },
  {
    id: "queens-attack",
    names: ["canAttack", "queensAttack", "queenAttacks"],
    params: [
      ["a", "first", "queen1"],
      ["b", "second", "queen2"],
    ],
    en: [
      '{check} if two queens on different chess squares like "a1" and "h8" attack each other',
      "{tell} whether queens on two given squares (chess notation) are on the same row, column or diagonal",
      'queen attack: two squares such as "d1" and "d8", true if the queens can take each other',
      "{return} true if a queen on the first square could move to the second on an empty board",
      '= can two queens attack each other? squares as strings like "c3" and "f6"',
      "{decide} if queen A on one square threatens queen B on another square, nothing standing between",
      "{see} whether two chess coordinates share a file, a rank or a diagonal",
      "{take} two squares from a1 to h8 and {say} if queens there would be in each other's way",
      "can a queen go from one square to the other in one move (empty board)?",
      "{determine} whether two different squares lie on one straight or diagonal line of the board",
    ],
    zh: [
      '{判断两个皇后（如 "a1" 和 "h8"）是否互相攻击}',
      "皇后攻击判断，两个不同的棋盘坐标",
      "{检查两个格子是否在同一行、同一列或同一斜线上}",
      '= 国际象棋里 "c3" 和 "f6" 上的皇后能互吃吗？返回布尔值',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const columns = Math.abs(\${0}.charCodeAt(0) - \${1}.charCodeAt(0));
  const rows = Math.abs(\${0}[1] - \${1}[1]);
  return columns === 0 || rows === 0 || columns === rows;
}`,
    ],
    args: (random) => [
      random.pick([..."abcdefgh"]) + random.int(1, 4),
      random.pick([..."abcdefgh"]) + random.int(5, 8),
    ],
    always: [
      ["a1", "a8"],
      ["a1", "h8"],
      ["a1", "b3"],
    ],
  },
  {
    id: "mastermind-exact",
    names: ["countExact", "exactMatches", "bulls"],
    params: [
      ["secret", "code", "answer"],
      ["guess", "attempt", "trial"],
    ],
    en: [
      "{count} the positions at which a guess and a secret code of the same length have the same character",
      "{return} how many characters of a guess are right and in the right place",
      "bulls count (same digit at the same place in both strings)",
      "{tell} how many black pegs a Mastermind guess gets: same symbol, same position",
      '= mastermind: secret "1234", guess "1243" -> 2 exact hits',
      "{compare} two equally long strings and {count} the places where they agree",
      "{find} the number of exact matches of secret and guess, position by position",
      "{score} a code guess by counting correct digits in correct positions",
      "exact hits between a secret and a guess",
      "{go} through both codes in step and {count} equal characters",
    ],
    zh: [
      "{统计猜测和密码（等长）在相同位置上相同字符的个数}",
      "猜码游戏中位置和数字都对的个数",
      "{返回两个等长字符串有多少个位置的字符一样}",
      '= 密码 "1234"，猜 "1243"，有 2 个完全猜中，写函数',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let count = 0;
  for (let i = 0; i < \${0}.length; i++) {
    if (\${0}[i] === \${1}[i]) count++;
  }
  return count;
}`,
      `function \${name}(\${0}, \${1}) {
  return [...\${0}].filter((c, i) => c === \${1}[i]).length;
}`,
    ],
    args: (random) => [
      Array.from({ length: 4 }, () => random.int(1, 3)).join(""),
      Array.from({ length: 4 }, () => random.int(1, 3)).join(""),
    ],
    always: [
      ["1234", "1243"],
      ["1111", "2222"],
      ["1234", "1234"],
    ],
  },
  {
    id: "hundred-doors",
    names: ["openDoors", "hundredDoors", "doors"],
    params: [["n", "count", "doorCount"]],
    en: [
      "{return} the numbers of the open doors after n passes over n closed doors, pass k toggling every k-th door",
      "{solve} the 100 doors problem for n doors (1 to n, all closed at first; in round k every kth door is toggled), {list} the open ones",
      "hundred doors puzzle, open door numbers for n doors",
      "{find} which of n lockers stay open if student k changes every k-th locker, all closed to begin with, for k from 1 to n",
      "= 100 doors / locker problem: which are open in the end? array for n doors",
      "{simulate} n doors and n rounds, round k flips doors k, 2k, 3k and so on; {give} the open doors in ascending order (closed at the start)",
      "{list} the doors open in the end in the locker puzzle with n lockers, numbered from one",
      "{work} out which light switches are on after person k has pressed each k-th switch, for all k up to n, when all n lights start off",
      "locker problem with n lockers: array of those left open",
      "{take} n and {tell} which doors are open after toggling every door, every 2nd, every 3rd, ... every nth",
    ],
    zh: [
      "{百门问题：n 扇关着的门，第 k 轮切换所有 k 的倍数号门，n 轮后返回开着的门的编号}",
      "开门问题（n 扇门，编号从 1），返回最后开着的门",
      "{第 k 个人切换每第 k 盏灯，共 n 人 n 灯，起初都关，返回最后亮着的编号}",
      "= 100 扇门的问题，改成 n 扇，返回打开的门号数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  const open = [];
  for (let i = 1; i * i <= \${0}; i++) open.push(i * i);
  return open;
}`,
      `function \${name}(\${0}) {
  const open = new Array(\${0} + 1).fill(false);
  for (let k = 1; k <= \${0}; k++) {
    for (let door = k; door <= \${0}; door += k) open[door] = !open[door];
  }
  return open.flatMap((isOpen, i) => (isOpen ? [i] : []));
}`,
    ],
    args: (random) => [random.int(1, 100)],
    always: [[1], [10], [100]],
  },
];
