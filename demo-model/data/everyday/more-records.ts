/** Everyday tasks on lists of records: carts, updates, totals, joins. */
import { products } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const moreRecords: readonly EverydayTask[] = [
  {
    id: "cart-total",
    names: ["cartTotal", "totalPrice", "orderTotal", "sumCart"],
    params: [["items", "cart", "products", "order"]],
    en: [
      "{calculate} the total of a shopping cart: price times quantity of every item, summed",
      "{return} the sum of price * quantity over a list of items",
      "{take} products with a price and a quantity and {compute} what they cost altogether",
      "{add} up the costs of all cart items, an item costing its price times its quantity",
      "shopping cart total",
      "order total from price and quantity",
      "= how do i calculate the total price of a cart like [{ price, quantity }]?",
      "= sum of price times quantity, [{ price: 5, quantity: 2 }, { price: 3, quantity: 1 }] -> 13",
      "= what does the customer have to pay? each cart line has price and quantity",
      "= Sum of line totals; every line is { price, quantity }.",
      "= js cart sum function with qty, fields are price and quantity",
      "{sum} price times quantity over all lines of an order",
      "= total of an invoice whose lines have price and quantity",
    ],
    zh: [
      "{计算购物车总价：每件商品的价格乘以数量再相加}",
      "{返回列表中 price * quantity 的总和}",
      "购物车总价",
      "= 购物车是 [{ price, quantity }]，怎么算一共多少钱？",
      "= 订单每行有单价 price 和数量 quantity，总额是多少？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((total, item) => total + item.price * item.quantity, 0);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (const { price, quantity } of \${0}) {
    total += price * quantity;
  }
  return total;
}`,
    ],
    args: (random) => [products(random)],
    always: [
      [[]],
      [
        [
          { price: 5, quantity: 2 },
          { price: 3, quantity: 1 },
        ],
      ],
    ],
  },
  {
    id: "sum-field",
    names: ["sumBy", "sumField", "totalOf", "sumProperty"],
    params: [
      ["list", "items", "records", "rows"],
      ["key", "field", "prop", "property"],
    ],
    en: [
      "{add} up one numeric property of all objects in a list",
      "{return} the sum of a given field over an array of records",
      "{take} records and a property name and {total} that property",
      "{sum} a column of a table given as objects",
      "sum of a property over an array of objects",
      "sumBy key",
      '= sum one field of all objects: sumBy([{ a: 1 }, { a: 4 }], "a") -> 5',
      "= how do i sum a certain property of objects in an array? the property name is an argument",
      "= invoices as objects, i want the total of amount, or of tax, whatever field i pass",
      "= Reduce an array of objects to the total of obj[key].",
      "= total of one numeric column in array of objects",
    ],
    zh: [
      "{把对象列表中某个数字属性相加}",
      "{返回记录数组里指定字段的总和}",
      "对象数组某字段求和",
      '= sumBy([{ a: 1 }, { a: 4 }], "a") 得 5，怎么写？',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.reduce((sum, item) => sum + item[\${1}], 0);
}`,
      `function \${name}(\${0}, \${1}) {
  let total = 0;
  for (const item of \${0}) {
    total += item[\${1}];
  }
  return total;
}`,
    ],
    args: (random) => [products(random), random.pick(["price", "quantity"])],
    always: [
      [[], "a"],
      [[{ a: 1 }, { a: 4 }], "a"],
    ],
  },
  {
    id: "total-by-category",
    names: ["totalByCategory", "sumByCategory", "spendingByCategory", "categoryTotals"],
    params: [["items", "expenses", "list", "products"]],
    en: [
      "{add} up the prices of a list of items per category",
      "{return} an object from each category to the sum of the prices in it",
      "{take} expenses with a category and a price and {total} them by category",
      "{group} items by category and {sum} their prices",
      "total price per category",
      "spending by category",
      '= [{ category: "food", price: 3 }, { category: "food", price: 4 }] -> { food: 7 }',
      "= how much did i spend on what? every expense has a category and a price",
      "= how do I sum values by group in an array of objects? group by category, sum price",
      "= SELECT category, SUM(price) GROUP BY category, in js",
    ],
    zh: [
      "{按类别把商品的价格相加}",
      "{返回从类别到价格总和的对象}",
      "各类别总价",
      "= 每笔支出有 category 和 price，怎么算每类花了多少？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const totals = {};
  for (const { category, price } of \${0}) {
    totals[category] = (totals[category] ?? 0) + price;
  }
  return totals;
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((totals, item) => {
    totals[item.category] = (totals[item.category] || 0) + item.price;
    return totals;
  }, {});
}`,
    ],
    args: (random) => [products(random)],
    always: [
      [[]],
      [
        [
          { category: "food", price: 3 },
          { category: "food", price: 4 },
        ],
      ],
    ],
  },
  {
    id: "in-stock-names",
    names: ["availableNames", "namesInStock", "available"],
    params: [["products", "items", "list", "goods"]],
    en: [
      "{return} the names of the products that are in stock",
      "{list} by name the items whose inStock is true",
      "{take} products with name and inStock and {give} back the names of the available ones",
      "{filter} goods by their inStock flag and {keep} only the names",
      "names of products in stock",
      "available product names",
      '= [{ name: "pen", inStock: true }, { name: "mug", inStock: false }] -> ["pen"]',
      "= how do i get the names of all products where inStock is true",
      "= which products can be ordered right now? they have a flag inStock; names are enough",
      "= Names of the records with a true `inStock` property.",
      "= names of products which are available, i mean inStock is true",
    ],
    zh: [
      "{返回有库存的商品名称}",
      "{列出 inStock 为 true 的商品名}",
      "有货商品的名称",
      "= 商品有 name 和 inStock，怎么列出有货的名字？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((product) => product.inStock).map((product) => product.name);
}`,
      `function \${name}(\${0}) {
  const names = [];
  for (const product of \${0}) {
    if (product.inStock) names.push(product.name);
  }
  return names;
}`,
    ],
    args: (random) => [products(random)],
    always: [
      [[]],
      [
        [
          { name: "pen", inStock: true },
          { name: "mug", inStock: false },
        ],
      ],
    ],
  },
  {
    id: "cheapest-product",
    names: ["cheapest", "findCheapest", "cheapestName", "lowestPrice"],
    params: [["products", "items", "list", "goods"]],
    en: [
      "{return} the name of the cheapest product in a list",
      "{find} the item with the lowest price and {return} its name",
      "{take} a non-empty list of products with name and price and {name} the cheapest",
      "{determine} which product costs the least, by name",
      "name of the cheapest item",
      "lowest priced product",
      '= lowest price, give me its name: [{ name: "pen", price: 2 }, { name: "mug", price: 9 }] -> "pen"',
      "= how do I find the name of the product with the minimum price?",
      "= i want to save money, which of these (name, price) costs least?",
      "= Return `name` of the record with minimal `price`; prices differ.",
      "{tell} the name of the product with the smallest price",
      "= cheapest item name from list with name and price",
    ],
    zh: [
      "{返回列表中最便宜的商品名称}",
      "{找出价格最低的商品，返回它的名字}",
      "最便宜的商品",
      "= 商品有 name 和 price，怎么找最便宜的叫什么？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((best, item) => (item.price < best.price ? item : best)).name;
}`,
      `function \${name}(\${0}) {
  let best = \${0}[0];
  for (const item of \${0}) {
    if (item.price < best.price) best = item;
  }
  return best.name;
}`,
    ],
    args: (random) => [products(random)],
    always: [
      [
        [
          { name: "pen", price: 2 },
          { name: "mug", price: 9 },
        ],
      ],
    ],
  },
  {
    id: "most-expensive",
    names: ["mostExpensive", "priciest", "findMostExpensive", "dearest"],
    params: [["products", "items", "list", "goods"]],
    en: [
      "{return} the most expensive product of a list as an object",
      "{find} the item with the highest price (the whole record)",
      "{take} a non-empty array of products and {return} the one that costs the most",
      "{pick} the object with the greatest price",
      "most expensive item",
      "product object with the maximal price",
      "= how can i get the most expensive product from an array of objects with a price?",
      "= luxury: out of these products the priciest, complete object please",
      "= which object has the biggest price?",
      "= Return the record that maximises `price` (prices are distinct).",
    ],
    zh: [
      "{返回列表中最贵的商品（整个对象）}",
      "{找出价格最高的那条记录}",
      "最贵的商品",
      "= 商品数组里怎么找最贵的那个？要完整对象",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((best, item) => (item.price > best.price ? item : best));
}`,
      `function \${name}(\${0}) {
  return [...\${0}].sort((x, y) => y.price - x.price)[0];
}`,
    ],
    args: (random) => [products(random)],
    always: [
      [
        [
          { name: "pen", price: 2 },
          { name: "mug", price: 9 },
        ],
      ],
    ],
  },
  {
    id: "apply-discount",
    names: ["applyDiscount", "discountAll", "salePrices", "reducePrices"],
    params: [
      ["products", "items", "list", "goods"],
      ["percent", "discount", "rate", "off"],
    ],
    en: [
      "{reduce} the price of every product in a list by a percentage, rounded to whole numbers",
      "{return} copies of the products with their prices lowered by a given percent (Math.round)",
      "{take} products and a discount in percent and {compute} the sale prices, rounded, in new objects",
      "{give} all items a discount of some percent; the new price is rounded to an integer",
      "{apply} percent discount to all product prices, rounded",
      "sale prices for a list of products (rounded to integers)",
      "= how do I lower each price in an array of products by x percent without mutating? round the price",
      '= [{ name: "mug", price: 50 }], 10 -> [{ name: "mug", price: 45 }]; round to whole numbers',
      "= black friday! products with a price and the percent off, give me the new product list, prices rounded",
      "= Map products to copies having price Math.round(price * (100 - percent) / 100).",
    ],
    zh: [
      "{把列表中每件商品的价格降低给定的百分比，四舍五入取整}",
      "{返回打折后的商品副本，折扣是百分数，价格取整}",
      "商品打折（百分比，价格取整）",
      "= 所有商品减 10%（百分比是参数），价格四舍五入，返回新数组，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((item) => ({ ...item, price: Math.round((item.price * (100 - \${1})) / 100) }));
}`,
    ],
    args: (random) => [
      products(random).map(({ name, price }) => ({ name, price: price * 3 })),
      random.pick([5, 10, 20, 25, 50]),
    ],
    always: [
      [[], 10],
      [[{ name: "mug", price: 50 }], 10],
    ],
  },
];
