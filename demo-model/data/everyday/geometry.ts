/** Shapes, and temperatures in other units. */
import type { EverydayTask } from "./task.ts";

export const geometry: readonly EverydayTask[] = [
  {
    id: "celsius-to-fahrenheit",
    names: ["celsiusToFahrenheit", "toFahrenheit", "cToF"],
    params: [["celsius", "c", "degrees"]],
    en: [
      "{convert} Celsius to Fahrenheit",
      "{turn} a temperature in °C into °F",
      "celsius to fahrenheit",
      "{return} the Fahrenheit value for degrees Celsius",
      "= 100 C is 212 F, function for converting please",
      "{calculate} how many degrees Fahrenheit a Celsius temperature is",
      "temperature converter from C to F",
      "{take} degrees Celsius and {give} degrees Fahrenheit",
      "{work} out the temperature in Fahrenheit, given it in Celsius",
      "= american friends don't get celsius. js function to convert c to f",
    ],
    zh: [
      "{把摄氏度转换成华氏度}",
      "摄氏转华氏",
      "{输入摄氏温度，返回华氏温度}",
      "= 100 摄氏度是 212 华氏度，写个转换函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return (\${0} * 9) / 5 + 32;
}`,
    ],
    args: (random) => [random.int(-8, 20) * 5],
    always: [[0], [100], [-40]],
  },
  {
    id: "fahrenheit-to-celsius",
    names: ["fahrenheitToCelsius", "toCelsius", "fToC"],
    params: [["fahrenheit", "f", "degrees"]],
    en: [
      "{convert} Fahrenheit to Celsius, rounded to whole degrees",
      "{turn} °F into °C and {round} to the nearest integer",
      "fahrenheit to celsius (rounded to an integer)",
      "{return} a Fahrenheit temperature in Celsius as a rounded whole number",
      "= 98 F -> 37 C, i want it rounded with no decimals",
      "{calculate} degrees Celsius from degrees Fahrenheit, result rounded to the nearest degree",
      "{take} a temperature from an American weather report (°F) and {give} it in °C, rounded",
      "temperature converter F to C with rounding to full degrees",
      "{work} out Celsius for a Fahrenheit value and {round} it off",
      "oven temperature from Fahrenheit to Celsius, nearest whole degree",
    ],
    zh: [
      "{把华氏度转换成摄氏度，四舍五入取整}",
      "华氏转摄氏（取整）",
      "{输入华氏温度，返回四舍五入后的摄氏温度}",
      "= 98 华氏度约 37 摄氏度，写函数，结果取整",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.round(((\${0} - 32) * 5) / 9);
}`,
    ],
    args: (random) => [random.int(-40, 220)],
    always: [[32], [212], [-40], [98]],
  },
  {
    id: "rectangle-area",
    names: ["rectangleArea", "areaOfRectangle", "area"],
    params: [
      ["width", "w", "a"],
      ["height", "h", "b"],
    ],
    en: [
      "{compute} the area of a rectangle",
      "{return} width times height",
      "area of a rectangle",
      "{find} how big a rectangle is, from its two sides",
      "= area of a room from its width and length",
      "{calculate} the surface of a rectangular field given both side lengths",
      "{take} the width and the height of a rectangle and {give} its area",
      "{work} out how many square meters a floor has",
      "{multiply} the sides of a rectangle to get its area",
      "square footage of a rectangular room",
    ],
    zh: ["{计算长方形的面积}", "矩形面积", "{根据宽和高返回矩形面积}", "= 房间长和宽已知，求面积的函数"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0} * \${1};
}`,
    ],
    args: (random) => [random.int(1, 40), random.int(1, 40)],
    always: [
      [3, 4],
      [1, 1],
    ],
  },
  {
    id: "rectangle-perimeter",
    names: ["perimeter", "rectanglePerimeter", "getPerimeter"],
    params: [
      ["width", "w", "a"],
      ["height", "h", "b"],
    ],
    en: [
      "{compute} the perimeter of a rectangle",
      "{return} the distance around a rectangle with the given width and height",
      "perimeter of a rectangle",
      "{find} how much fence a rectangular garden needs, from its two sides",
      "= rectangle with sides a and b: perimeter?",
      "{calculate} the circumference of a rectangle from width and height",
      "{take} two side lengths and {give} the total length of a rectangle's edges",
      "{add} up all four sides of a rectangle",
      "{work} out the length of the frame around a picture of a given width and height",
      "how long is the outline of a rectangle",
    ],
    zh: ["{计算长方形的周长}", "矩形周长", "{根据宽和高返回矩形四边的总长}", "= 长方形花园要围多长的栅栏？写函数"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return 2 * (\${0} + \${1});
}`,
    ],
    args: (random) => [random.int(1, 40), random.int(1, 40)],
    always: [
      [3, 4],
      [1, 1],
    ],
  },
  {
    id: "triangle-area",
    names: ["triangleArea", "areaOfTriangle", "triArea"],
    params: [
      ["base", "b", "width"],
      ["height", "h"],
    ],
    en: [
      "{compute} the area of a triangle from base and height",
      "{return} half of base times height",
      "area of a triangle (base, height)",
      "{find} a triangle's area when its base and its height are known",
      "= triangle area, b*h/2",
      "{calculate} the surface of a triangle given base and height",
      "{take} the base and height of a triangle and {give} the area",
      "{work} out how large a triangular sail is from its base and height",
      "edabit: area of a triangle",
      "triangle surface from base and altitude",
    ],
    zh: ["{根据底和高计算三角形面积}", "三角形面积（底，高）", "{返回底乘高的一半}", "= 三角形面积公式写成 js 函数"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return (\${0} * \${1}) / 2;
}`,
    ],
    args: (random) => [random.int(1, 40), random.int(1, 40)],
    always: [
      [3, 4],
      [10, 5],
    ],
  },
  {
    id: "circle-area",
    names: ["circleArea", "areaOfCircle"],
    params: [["radius", "r", "rad"]],
    en: [
      "{compute} the area of a circle with a given radius, rounded to 2 decimals",
      "{return} pi times the radius squared, rounded to two decimal places",
      "area of a circle from its radius (two decimals)",
      "{calculate} how big a circle is from the radius and {round} to 2 decimal places",
      "= circle area in js with Math.PI, rounded to 2 digits after the point",
      "{find} a circle's surface, given the radius, rounded to hundredths",
      "{take} a radius and {give} the area of the circle with two decimals (as a number)",
      "pizza size: area from radius, rounded to 2 decimals",
      "{work} out π r² and {round} the result to 2 decimals",
      "circle surface rounded to two places",
    ],
    zh: [
      "{根据半径计算圆的面积，保留两位小数}",
      "圆面积（两位小数，返回数字）",
      "{返回 π 乘半径的平方，四舍五入到两位小数}",
      "= 用 Math.PI 求圆的面积，保留 2 位小数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.round(Math.PI * \${0} * \${0} * 100) / 100;
}`,
      `function \${name}(\${0}) {
  return Number((Math.PI * \${0} ** 2).toFixed(2));
}`,
    ],
    args: (random) => [random.int(1, 40)],
    always: [[1], [2], [10]],
  },
  {
    id: "circle-circumference",
    names: ["circumference", "circlePerimeter", "aroundCircle"],
    params: [["radius", "r", "rad"]],
    en: [
      "{compute} the circumference of a circle with a given radius, rounded to 2 decimals",
      "{return} the length around a circle from its radius, rounded to two decimals",
      "circumference from radius, 2 decimals",
      "{calculate} the perimeter of a circle (radius given) and {round} it to 2 decimal places",
      "= 2 * pi * r rounded to 2 decimals please",
      "{find} how far it is around a round lake of a given radius, to two decimal places",
      "{take} a radius and {give} the circle's circumference with two decimals, as a number",
      "how long is the edge of a circle, by radius, rounded to hundredths",
      "{work} out 2πr, rounded to 2 places",
      "distance around a circle with two decimals",
    ],
    zh: [
      "{根据半径计算圆的周长，保留两位小数}",
      "圆周长（两位小数）",
      "{返回 2πr，四舍五入到两位小数}",
      "= 已知半径求圆周长，结果保留 2 位",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.round(2 * Math.PI * \${0} * 100) / 100;
}`,
      `function \${name}(\${0}) {
  return Number((2 * Math.PI * \${0}).toFixed(2));
}`,
    ],
    args: (random) => [random.int(1, 40)],
    always: [[1], [2], [10]],
  },
  {
    id: "hypotenuse",
    names: ["hypotenuse", "pythagoras", "getHypotenuse"],
    params: [
      ["a", "x", "leg1"],
      ["b", "y", "leg2"],
    ],
    en: [
      "{compute} the hypotenuse of a right triangle from its two legs, rounded to 2 decimals",
      "{return} the longest side of a right triangle given the other two, rounded to two decimals",
      "pythagoras: third side c from a and b (2 decimals)",
      "{find} the hypotenuse with the Pythagorean theorem and {round} to 2 decimal places",
      "= sides 3 and 4 -> 5. hypotenuse, rounded to two decimals when it isn't whole",
      "{calculate} the length of a rectangle's diagonal from its sides, rounded to 2 decimals",
      "{take} the two short sides of a right-angled triangle and {give} the long one, to two decimal places",
      "{work} out sqrt(a² + b²) rounded to hundredths",
      "how long a ladder must be to reach height b at distance a from the wall, two decimals",
      "hypotenuse length, rounded to 2 places",
    ],
    zh: [
      "{根据两条直角边计算斜边，保留两位小数}",
      "勾股定理求斜边（两位小数）",
      "{返回直角三角形斜边长，四舍五入到两位小数}",
      "= 直角边 3 和 4 得 5，求斜边的函数，保留 2 位小数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Math.round(Math.sqrt(\${0} * \${0} + \${1} * \${1}) * 100) / 100;
}`,
      `function \${name}(\${0}, \${1}) {
  return Number(Math.hypot(\${0}, \${1}).toFixed(2));
}`,
    ],
    args: (random) =>
      random.chance(0.3)
        ? random
            .pick([
              [3, 4],
              [6, 8],
              [5, 12],
              [8, 15],
            ])
            .slice()
        : [random.int(1, 30), random.int(1, 30)],
    always: [
      [3, 4],
      [5, 12],
      [1, 1],
    ],
  },
  {
    id: "point-distance",
    names: ["distance", "pointDistance", "distanceBetween"],
    params: [
      ["x1", "ax"],
      ["y1", "ay"],
      ["x2", "bx"],
      ["y2", "by"],
    ],
    en: [
      "{compute} the distance between two points x1, y1 and x2, y2, rounded to 2 decimals",
      "{return} how far apart two points in the plane are (x1, y1, x2, y2), rounded to two decimal places",
      "distance of two points, arguments x1 y1 x2 y2, 2 decimals",
      "{calculate} the Euclidean distance from (x1, y1) to (x2, y2) and {round} to 2 decimals",
      "= distance formula in js: four numbers x1, y1, x2, y2, result rounded to 2 decimals",
      "{find} the straight-line distance between two coordinates passed as four numbers, rounded to hundredths",
      "{take} the coordinates of two points, x before y, and {give} their distance with two decimals",
      "{measure} the length of the line from one point to another (x1, y1, x2, y2), two decimals",
      "{work} out how far a player at x1, y1 is from an enemy at x2, y2, rounded to 2 decimal places",
      "euclidean distance in 2d, four arguments, rounded to two places",
    ],
    zh: [
      "{计算两点 (x1, y1) 和 (x2, y2) 的距离，保留两位小数}",
      "两点距离，参数 x1、y1、x2、y2，保留 2 位小数",
      "{返回平面上两点的直线距离，四舍五入到两位小数，四个参数先 x 后 y}",
      "= 距离公式写成函数，四个数字 x1 y1 x2 y2，结果两位小数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}, \${3}) {
  return Math.round(Math.hypot(\${2} - \${0}, \${3} - \${1}) * 100) / 100;
}`,
      `function \${name}(\${0}, \${1}, \${2}, \${3}) {
  const dx = \${2} - \${0};
  const dy = \${3} - \${1};
  return Number(Math.sqrt(dx * dx + dy * dy).toFixed(2));
}`,
    ],
    args: (random) => [random.int(-20, 20), random.int(-20, 20), random.int(-20, 20), random.int(-20, 20)],
    always: [
      [0, 0, 3, 4],
      [1, 1, 1, 1],
    ],
  },
  {
    id: "is-valid-triangle",
    names: ["isTriangle", "isValidTriangle", "canFormTriangle"],
    params: [
      ["a", "x"],
      ["b", "y"],
      ["c", "z"],
    ],
    en: [
      "{check} if three side lengths can form a triangle",
      "{tell} whether a triangle with the given three sides exists (each two together longer than the third)",
      "valid triangle check for three sides",
      "{return} true if any two of three lengths add up to more than the remaining one",
      "= can sides a, b, c make a triangle? 1,2,3 can't",
      "{test} the triangle inequality for three positive numbers",
      "{decide} if three sticks can be put together to a triangle with a real area",
      "{see} if a triangle can be built from three lengths",
      "is this a triangle (three numbers, strict inequality)?",
      "{determine} whether three positive lengths fulfil a + b > c in every order",
    ],
    zh: [
      "{判断三条边能否组成三角形}",
      "三角形有效性检查",
      "{如果任意两边之和大于第三边就返回 true}",
      "= 三根木棍能不能拼成三角形？1、2、3 不行",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0} + \${1} > \${2} && \${0} + \${2} > \${1} && \${1} + \${2} > \${0};
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  const [small, middle, large] = [\${0}, \${1}, \${2}].sort((p, q) => p - q);
  return small + middle > large;
}`,
    ],
    args: (random) => [random.int(1, 12), random.int(1, 12), random.int(1, 12)],
    always: [
      [3, 4, 5],
      [1, 2, 3],
      [1, 1, 5],
    ],
  },
  {
    id: "triangle-type",
    names: ["triangleType", "classifyTriangle", "kindOfTriangle"],
    params: [
      ["a", "x"],
      ["b", "y"],
      ["c", "z"],
    ],
    en: [
      '{classify} a triangle by its sides as "equilateral", "isosceles" or "scalene"',
      '{return} "equilateral" if all three sides are equal, "isosceles" if just two are, else "scalene"',
      'triangle type: "equilateral", "isosceles", "scalene"',
      '{tell} whether a triangle with given sides is "equilateral", "isosceles" or "scalene"',
      '= three sides in, "equilateral" / "isosceles" / "scalene" out',
      '{name} the kind of triangle: three equal sides "equilateral", two equal sides "isosceles", none "scalene"',
      '{take} the three side lengths of a triangle and {say} "scalene" when all differ, "isosceles" when two match, "equilateral" when all match',
      '{determine} the type of a triangle from side lengths ("equilateral", "isosceles" or "scalene")',
      '{find} out if a triangle is "equilateral", "isosceles" (exactly two the same) or "scalene"',
      'kind of triangle by equal sides, in English lowercase: "equilateral", "isosceles", "scalene"',
    ],
    zh: [
      '{按边长判断三角形类型："equilateral"、"isosceles" 或 "scalene"}',
      '三角形分类（三边相等 "equilateral"，两边相等 "isosceles"，否则 "scalene"）',
      '{三条边都相等返回 "equilateral"，只有两条相等返回 "isosceles"，都不等返回 "scalene"}',
      '= 输入三条边，返回 "equilateral"、"isosceles" 或 "scalene"',
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  if (\${0} === \${1} && \${1} === \${2}) return "equilateral";
  if (\${0} === \${1} || \${1} === \${2} || \${0} === \${2}) return "isosceles";
  return "scalene";
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  const different = new Set([\${0}, \${1}, \${2}]).size;
  return ["equilateral", "isosceles", "scalene"][different - 1];
}`,
    ],
    args: (random) => {
      const s = random.int(5, 9);
      return random
        .pick([
          [s, s, s],
          [s, s, random.int(4, 9)],
          [random.int(5, 9), s, random.int(5, 9)],
          [5, 6, 7],
        ])
        .slice();
    },
    always: [
      [3, 3, 3],
      [3, 3, 4],
      [3, 4, 5],
      [5, 4, 5],
    ],
  },
  {
    id: "box-volume",
    names: ["boxVolume", "volume", "cuboidVolume"],
    params: [
      ["length", "l", "a"],
      ["width", "w", "b"],
      ["height", "h", "c"],
    ],
    en: [
      "{compute} the volume of a box",
      "{return} length times width times height",
      "volume of a box from its three sides",
      "{calculate} how much fits in a rectangular box with given length, width and height",
      "= volume of a cuboid l w h",
      "{find} a cuboid's volume",
      "{take} length, width and height and {give} the volume of the box",
      "{multiply} the three dimensions of a package",
      "{work} out how many unit cubes fill a box of the given size",
      "cubic capacity of a crate (three side lengths)",
    ],
    zh: ["{计算长方体的体积}", "箱子的体积（长、宽、高）", "{返回长乘宽乘高}", "= 长方体体积的函数怎么写"],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0} * \${1} * \${2};
}`,
    ],
    args: (random) => [random.int(1, 20), random.int(1, 20), random.int(1, 20)],
    always: [
      [2, 3, 4],
      [1, 1, 1],
    ],
  },
];
