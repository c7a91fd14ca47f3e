/** Everyday tasks on two matrices, and on turning and reading one. */
import { grid } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const moreMatrices: readonly EverydayTask[] = [
  {
    id: "add-matrices",
    names: ["addMatrices", "matrixAdd", "sumMatrices"],
    params: [
      ["a", "first", "m1", "left"],
      ["b", "second", "m2", "right"],
    ],
    en: [
      "{add} two matrices of the same size",
      "{return} the matrix of the sums a[i][j] + b[i][j]",
      "{take} two 2d arrays of equal shape and {add} them cell by cell",
      "{sum} two equally large tables of numbers entry by entry",
      "matrix addition",
      "add two 2d arrays elementwise",
      "= two grids added cell for cell: [[1,2],[3,4]] + [[10,20],[30,40]] -> [[11,22],[33,44]]",
      "= how to add 2 matrices in js",
      "= two tables with the same rows and columns, i want one table with the totals",
      "= Implement the sum of two matrices represented as arrays of rows.",
    ],
    zh: [
      "{把两个同样大小的矩阵相加}",
      "{返回由 a[i][j] + b[i][j] 组成的矩阵}",
      "矩阵加法",
      "= 两个二维数组逐格相加，js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((row, i) => row.map((x, j) => x + \${1}[i][j]));
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i++) {
    result.push(\${0}[i].map((x, j) => x + \${1}[i][j]));
  }
  return result;
}`,
    ],
    args: (random) =>
      ((rows, columns) => [grid(random, rows, columns), grid(random, rows, columns)])(
        random.int(1, 3),
        random.int(1, 3),
      ),
    always: [
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [10, 20],
          [30, 40],
        ],
      ],
    ],
  },
  {
    id: "multiply-matrices",
    names: ["multiplyMatrices", "matMul", "matrixMultiply", "matrixProduct"],
    params: [
      ["a", "first", "m1", "left"],
      ["b", "second", "m2", "right"],
    ],
    en: [
      "{multiply} two matrices",
      "{return} the matrix product of two 2d arrays whose sizes fit",
      "{take} an m by n and an n by p matrix and {compute} their product",
      "{implement} matrix multiplication, rows of the first times columns of the second",
      "matrix multiplication",
      "product of two matrices",
      "matmul",
      "= how do you multiply matrices in javascript?",
      "= product of matrices: [[1,2],[3,4]] times [[5,6],[7,8]] is [[19,22],[43,50]]",
      "= linear algebra homework: A times B, both as arrays of rows",
      "= Write a function that gets two matrices with compatible dimensions and multiplies them.",
    ],
    zh: ["{计算两个矩阵的乘积}", "{实现矩阵乘法，第一个的行乘第二个的列}", "矩阵乘法", "= js 怎么写矩阵相乘？"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((row) => \${1}[0].map((_, j) => row.reduce((sum, x, k) => sum + x * \${1}[k][j], 0)));
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i++) {
    result.push([]);
    for (let j = 0; j < \${1}[0].length; j++) {
      let sum = 0;
      for (let k = 0; k < \${1}.length; k++) {
        sum += \${0}[i][k] * \${1}[k][j];
      }
      result[i].push(sum);
    }
  }
  return result;
}`,
    ],
    args: (random) =>
      ((rows, inner, columns) => [grid(random, rows, inner), grid(random, inner, columns)])(
        random.int(1, 3),
        random.int(1, 3),
        random.int(1, 3),
      ),
    always: [
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
    ],
  },
  {
    id: "rotate-matrix",
    names: ["rotateMatrix", "rotate90", "turnRight", "rotateClockwise"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{rotate} a matrix 90 degrees clockwise",
      "{turn} a 2d array to the right by a quarter turn",
      "{take} a grid and {return} it rotated clockwise by 90°",
      "{return} a matrix whose first row is the first column of the old one read from bottom to top",
      "rotate image 90 degrees clockwise",
      "quarter turn of a grid to the right",
      "= turn the grid clockwise by 90 degrees: [[1,2],[3,4]] -> [[3,1],[4,2]]",
      "= how do I rotate a 2d array by 90 degrees clockwise in js? return a new one",
      "= leetcode rotate image but not in place",
      "= tetris piece as an array of rows, rotate it clockwise once",
    ],
    zh: [
      "{把矩阵顺时针旋转 90 度}",
      "{将二维数组向右转四分之一圈，返回新矩阵}",
      "矩阵顺时针旋转 90°",
      "= 俄罗斯方块顺时针转一下，二维数组怎么转？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}[0].map((_, j) => \${0}.map((row) => row[j]).reverse());
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (let j = 0; j < \${0}[0].length; j++) {
    const row = [];
    for (let i = \${0}.length - 1; i >= 0; i--) {
      row.push(\${0}[i][j]);
    }
    result.push(row);
  }
  return result;
}`,
    ],
    args: (random) => [grid(random, random.int(1, 3), random.int(2, 3))],
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
    id: "spiral-order",
    names: ["spiralOrder", "spiral", "readSpiral", "unroll"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{read} a matrix in spiral order, clockwise from the top left",
      "{return} all elements of a 2d array in a clockwise spiral starting at the upper left corner",
      "{walk} around a grid from outside to inside (right, down, left, up) and {collect} the values",
      "{unroll} a matrix as a clockwise spiral",
      "spiral matrix",
      "clockwise spiral traversal",
      "= leetcode 54 spiral matrix in js",
      "= walk the grid in a clockwise spiral from the top left: [[1,2,3],[4,5,6],[7,8,9]] -> [1,2,3,6,9,8,7,4,5]",
      "= how do i go through a 2d array in a spiral? clockwise, begin top left",
      "= List the entries of a matrix along an inward clockwise spiral.",
    ],
    zh: [
      "{按顺时针螺旋顺序读出矩阵的所有元素，从左上角开始}",
      "{从外到里顺时针绕圈遍历二维数组}",
      "螺旋矩阵",
      "= 力扣螺旋矩阵 js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = [];
  let rest = \${0};
  while (rest.length > 0) {
    const [first, ...others] = rest;
    result.push(...first);
    rest = others.length > 0 ? others[0].map((_, j) => others.map((row) => row[j])).reverse() : [];
  }
  return result;
}`,
    ],
    args: (random) => [grid(random, random.int(1, 4), random.int(2, 4))],
    always: [
      [
        [
          [1, 2, 3],
          [4, 5, 6],
          [7, 8, 9],
        ],
      ],
      [[[1]]],
    ],
  },
  {
    id: "is-symmetric-matrix",
    names: ["isSymmetric", "symmetricMatrix", "checkSymmetry"],
    params: [["matrix", "grid", "rows", "m"]],
    en: [
      "{check} whether a square matrix is symmetric",
      "{return} true if matrix[i][j] equals matrix[j][i] everywhere",
      "{tell} if a square 2d array is equal to its transpose",
      "{take} a square matrix and {decide} whether it is mirrored along the main diagonal",
      "= is the matrix symmetric",
      "symmetry check for a square matrix",
      "= same on both sides of the diagonal? [[1,2],[2,3]] true, [[1,2],[0,3]] false",
      "= how can i test if a matrix is symmetrical (about the diagonal)?",
      "= friendship table: does a like b exactly when b likes a? table is a square array of 0 and 1",
      "= Determine if a square array of arrays equals its own transpose.",
    ],
    zh: [
      "{判断一个方阵是否对称}",
      "{检查矩阵是否等于它的转置}",
      "对称矩阵判断",
      "= 怎么判断 matrix[i][j] 和 matrix[j][i] 全都相等？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.every((row, i) => row.every((x, j) => x === \${0}[j][i]));
}`,
      `function \${name}(\${0}) {
  for (let i = 0; i < \${0}.length; i++) {
    for (let j = 0; j < i; j++) {
      if (\${0}[i][j] !== \${0}[j][i]) return false;
    }
  }
  return true;
}`,
    ],
    args: (random) =>
      ((a, b, c) => [
        [
          [a, b],
          [random.chance(0.5) ? b : b + 1, c],
        ],
      ])(random.int(0, 9), random.int(0, 9), random.int(0, 9)),
    always: [
      [
        [
          [1, 2],
          [2, 3],
        ],
      ],
      [
        [
          [1, 2],
          [0, 3],
        ],
      ],
      [
        [
          [1, 2, 3],
          [2, 4, 5],
          [3, 5, 6],
        ],
      ],
      [
        [
          [1, 2, 3],
          [2, 4, 5],
          [0, 5, 6],
        ],
      ],
    ],
  },
];
