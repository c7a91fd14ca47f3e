/** Everyday tasks on matrices: lists of rows. */
import { grid } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const matrices: readonly EverydayTask[] = [
  {
    id: "transpose",
    names: ["transpose", "transposeMatrix", "swapRowsColumns", "flipAxes"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{transpose} a matrix given as an array of rows",
      "{swap} the rows and columns of a matrix",
      "{take} a 2d array and {turn} its columns into rows",
      "{return} a matrix whose entry [i][j] is the old [j][i]",
      "matrix transpose",
      "rows to columns",
      "= how do I transpose a 2d array in javascript?",
      "= flip rows and columns, [[1,2,3],[4,5,6]] -> [[1,4],[2,5],[3,6]]",
      "= my table has days as rows and i want days as columns (array of arrays)",
      "= mirror a matrix along its main diagonal",
      "= Write a function for the transpose of a non-empty rectangular matrix.",
      "{exchange} rows with columns in a table",
      "= matrix transposing js",
    ],
    zh: ["{转置一个矩阵}", "{把二维数组的行和列互换}", "矩阵转置", "= js 怎么把二维数组的行变成列？"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}[0].map((_, j) => \${0}.map((row) => row[j]));
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (let j = 0; j < \${0}[0].length; j++) {
    const column = [];
    for (let i = 0; i < \${0}.length; i++) {
      column.push(\${0}[i][j]);
    }
    result.push(column);
  }
  return result;
}`,
    ],
    args: (random) => [grid(random, random.int(1, 3), random.int(1, 4))],
    always: [
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
    ],
  },
  {
    id: "row-sums",
    names: ["rowSums", "sumRows", "rowTotals"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{return} the sum of each row of a matrix",
      "{add} up every inner array of a 2d array",
      "{take} a list of lists of numbers and {give} back the list of their sums",
      "{compute} row totals",
      "row sums of a matrix",
      "sum of each sublist",
      "= one total for each row: [[1,2],[3,4]] -> [3,7]",
      "= how to sum each sub array separately in js?",
      "= one row per person with the points of all games, i need the total per person",
      "= For every row of a table of numbers, calculate the total.",
    ],
    zh: [
      "{返回矩阵每一行的和}",
      "{分别对二维数组里的每个子数组求和}",
      "矩阵行和",
      "= 每行加起来，[[1,2],[3,4]] 得到 [3,7]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((row) => row.reduce((sum, x) => sum + x, 0));
}`,
      `function \${name}(\${0}) {
  const sums = [];
  for (const row of \${0}) {
    let total = 0;
    for (const x of row) total += x;
    sums.push(total);
  }
  return sums;
}`,
    ],
    args: (random) => [grid(random, random.int(1, 4), random.int(1, 4))],
    always: [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[]],
      [[[], [5]]],
    ],
  },
  {
    id: "column-sums",
    names: ["columnSums", "sumColumns", "colSums", "columnTotals"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{return} the sum of each column of a matrix",
      "{add} up a 2d array column by column",
      "{take} an array of equally long rows and {return} the totals of the columns",
      "{compute} vertical sums of a table of numbers",
      "column sums of a matrix",
      "totals per column",
      "= one total for each column: [[1,2],[3,4]] -> [4,6]",
      "= how do i sum the columns of a 2d array in js",
      "= each row is a day and each column a shop. whats the total for each shop?",
      "= Sum a non-empty rectangular matrix along its rows, giving one number per column.",
    ],
    zh: ["{返回矩阵每一列的和}", "{对二维数组按列求和}", "矩阵列和", "= [[1,2],[3,4]] 按列求和得到 [4,6]，怎么写？"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}[0].map((_, j) => \${0}.reduce((sum, row) => sum + row[j], 0));
}`,
      `function \${name}(\${0}) {
  const sums = Array(\${0}[0].length).fill(0);
  for (const row of \${0}) {
    row.forEach((x, j) => {
      sums[j] += x;
    });
  }
  return sums;
}`,
    ],
    args: (random) => [grid(random, random.int(1, 4), random.int(1, 4))],
    always: [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
  },
  {
    id: "matrix-sum",
    names: ["matrixSum", "sumMatrix", "sumAll", "grandTotal"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{add} up all numbers of a matrix",
      "{return} the sum of every element in a 2d array",
      "{take} an array of arrays of numbers and {total} everything in it",
      "{compute} the grand total of a table",
      "sum of a 2d array",
      "sum of all entries of a matrix",
      "= how do I sum a nested array like [[1,2],[3,4]]? should be 10",
      "= sum up the whole table, [[1,2],[3,4]] -> 10",
      "= all the numbers in all the rows together, please",
      "= Calculate the total over all the sublists of a list of numeric lists.",
    ],
    zh: [
      "{计算矩阵所有元素的和}",
      "{把二维数组里的数全部加起来}",
      "二维数组求和",
      "= [[1,2],[3,4]] 全部加起来是 10，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.flat().reduce((sum, x) => sum + x, 0);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (const row of \${0}) {
    for (const x of row) total += x;
  }
  return total;
}`,
    ],
    args: (random) => [grid(random, random.int(1, 4), random.int(1, 4))],
    always: [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[]],
    ],
  },
  {
    id: "matrix-maximum",
    names: ["matrixMax", "maxOfMatrix", "largestInGrid", "max2d"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{return} the largest number in a matrix",
      "{find} the maximum of a 2d array",
      "{take} a list of lists of numbers and {find} the biggest one overall",
      "{search} all rows of a table for the highest value",
      "max of a matrix",
      "largest element of a nested array",
      "= highest cell of a grid: [[1,9],[4,2]] -> 9",
      "= how to get the highest number out of an array of arrays",
      "= heights of a map as grid; how high is the highest point?",
      "= Return the greatest entry of a non-empty matrix.",
    ],
    zh: ["{返回矩阵中最大的数}", "{找出二维数组的最大值}", "矩阵最大值", "= 二维数组里最大的数怎么找？"],
    answers: [
      `function \${name}(\${0}) {
  return Math.max(...\${0}.flat());
}`,
      `function \${name}(\${0}) {
  let largest = \${0}[0][0];
  for (const row of \${0}) {
    for (const x of row) {
      if (x > largest) largest = x;
    }
  }
  return largest;
}`,
    ],
    args: (random) => [grid(random, random.int(1, 3), random.int(1, 4), -20, 30)],
    always: [
      [
        [
          [1, 9],
          [4, 2],
        ],
      ],
      [[[-3]]],
    ],
  },
  {
    id: "diagonal-sum",
    names: ["diagonalSum", "trace", "sumDiagonal", "mainDiagonal"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{add} up the main diagonal of a square matrix",
      "{return} the sum of the entries from the top left to the bottom right",
      "{take} a square 2d array and {compute} its trace",
      "{sum} matrix[i][i] for all i",
      "trace of a matrix",
      "sum of the main diagonal",
      "= sum along the diagonal from top left: [[1,2],[3,4]] -> 1 + 4 = 5",
      "= how do I sum the diagonal of a square array of arrays?",
      "= only the numbers on the diagonal from upper left to lower right, added together",
      "= Linear algebra: the trace of a square matrix.",
    ],
    zh: [
      "{计算方阵主对角线的和}",
      "{返回矩阵从左上到右下各元素之和}",
      "矩阵的迹",
      "= [[1,2],[3,4]] 的对角线和是 5，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((sum, row, i) => sum + row[i], 0);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (let i = 0; i < \${0}.length; i++) {
    total += \${0}[i][i];
  }
  return total;
}`,
    ],
    args: (random) => ((n) => [grid(random, n, n)])(random.int(1, 4)),
    always: [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[[7]]],
    ],
  },
  {
    id: "identity-matrix",
    names: ["identity", "identityMatrix", "eye", "unitMatrix"],
    params: [["n", "size", "dim", "k"]],
    en: [
      "{return} the n by n identity matrix",
      "{build} a square matrix with ones on the main diagonal and zeros everywhere else",
      "{take} a size and {create} the identity matrix as an array of rows",
      "{make} a unit matrix of a given dimension",
      "identity matrix of size n",
      "numpy eye in js",
      "= ones on the diagonal and zeros around: identity(2) -> [[1,0],[0,1]]",
      "= how do i generate an identity matrix in javascript?",
      "= n rows, n columns, 1 where row and column are equal, otherwise 0",
      "= Construct I_n as nested arrays.",
    ],
    zh: [
      "{返回 n 阶单位矩阵}",
      "{生成主对角线为 1、其余为 0 的方阵}",
      "单位矩阵",
      "= js 怎么生成一个 n×n 的单位矩阵？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Array.from({ length: \${0} }, (_, i) => Array.from({ length: \${0} }, (_, j) => (i === j ? 1 : 0)));
}`,
      `function \${name}(\${0}) {
  const rows = [];
  for (let i = 0; i < \${0}; i++) {
    const row = Array(\${0}).fill(0);
    row[i] = 1;
    rows.push(row);
  }
  return rows;
}`,
    ],
    args: (random) => [random.int(1, 6)],
    always: [[1], [2]],
  },
  {
    id: "zero-grid",
    names: ["zeros", "makeGrid", "zeroMatrix", "createGrid"],
    params: [
      ["rows", "height", "r", "numRows"],
      ["columns", "width", "cols", "numCols"],
    ],
    en: [
      "{create} a grid of zeros with a given number of rows and columns",
      "{return} a 2d array full of 0",
      "{take} the number of rows and the number of columns and {build} a matrix of zeros",
      "{make} an empty board: every cell is 0",
      "2d array of zeros (rows, columns)",
      "zero matrix of a given size",
      "= an all-zero table with r rows and c columns, zeros(2, 3) -> [[0,0,0],[0,0,0]]",
      "= how do I initialize a two dimensional array with zeros in js? args are rows then cols",
      "= i need a board for a game, rows x columns, all cells zero",
      "= Build a rows × columns matrix whose entries are all 0; rows must be separate arrays.",
    ],
    zh: [
      "{创建一个指定行数和列数、全为 0 的二维数组}",
      "{返回 rows 行 columns 列的零矩阵}",
      "全零矩阵（行数、列数）",
      "= js 怎么初始化一个全是 0 的二维数组？先行后列",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Array.from({ length: \${0} }, () => Array(\${1}).fill(0));
}`,
      `function \${name}(\${0}, \${1}) {
  const grid = [];
  for (let i = 0; i < \${0}; i++) {
    grid.push(Array(\${1}).fill(0));
  }
  return grid;
}`,
    ],
    args: (random) => [random.int(1, 5), random.int(1, 5)],
    always: [
      [2, 3],
      [1, 1],
    ],
  },
];
