/** Everyday tasks that put lists in order. */
import { ints, texts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const sorting: readonly EverydayTask[] = [
  {
    id: "sort-ascending",
    names: ["sortNumbers", "sortAscending", "sorted", "order"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} a list of numbers from smallest to largest without changing it",
      "{return} the numbers of an array in ascending order",
      "{take} numbers and {put} them in order, the smallest first",
      "{order} an array numerically",
      "sort numbers ascending",
      "numeric sort",
      "= how do i sort numbers in js? [10,9,1].sort() gives me [1,10,9]",
      "= order the numbers by size, [10,9,1] -> [1,9,10]",
      "= sort my list of numbers low to high please, return a new one",
      "= Return a sorted copy of an array of numbers in increasing order.",
      "= ascending order function for array of ints",
      "{bring} numbers into ascending order",
      "= sort numbers js",
      "= numbers sorted properly, not as strings",
    ],
    zh: [
      "{把一组数字从小到大排序，不改变原数组}",
      "{返回按升序排列的数字数组}",
      "数字升序排序",
      "= js 里 [10,9,1].sort() 结果不对，怎么按数字大小排？",
      "= 数组从小到大排一下",
      "= 给数组排序，从小到大，注意是数字",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...\${0}].sort((x, y) => x - y);
}`,
      `function \${name}(\${0}) {
  return \${0}.toSorted((x, y) => x - y);
}`,
    ],
    args: (random) => [ints(random, -10, 110)],
    always: [[[]], [[10, 9, 1]]],
  },
  {
    id: "sort-descending",
    names: ["sortDescending", "sortDesc", "descending", "highToLow"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} a list of numbers from largest to smallest",
      "{return} the numbers of an array in descending order",
      "{take} numbers and {order} them with the biggest first",
      "{arrange} numbers from high to low in a new array",
      "sort numbers descending",
      "reverse numeric sort",
      "= how do I sort an array of numbers in descending order in javascript?",
      "= biggest number first: [1,10,9] -> [10,9,1]",
      "= scores from best to worst please",
      "= Return a copy of an array sorted in decreasing order.",
      "{bring} numbers into descending order",
      "= highest first, lowest last",
      "= sort array js high to low",
    ],
    zh: [
      "{把一组数字从大到小排序}",
      "{返回按降序排列的新数组}",
      "数字降序排序",
      "= 分数从高到低排，js 怎么写？",
      "= 数组倒序排列，大的在前",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...\${0}].sort((x, y) => y - x);
}`,
      `function \${name}(\${0}) {
  return \${0}.toSorted((x, y) => y - x);
}`,
    ],
    args: (random) => [ints(random, -10, 110)],
    always: [[[]], [[1, 10, 9]]],
  },
  {
    id: "bubble-sort",
    names: ["bubbleSort", "sort", "bubble", "sortNumbers"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} an array of numbers with bubble sort",
      "{implement} bubble sort: {swap} neighbours that are in the wrong order until everything is sorted",
      "{return} a sorted copy of a list, using the bubble sort algorithm",
      "{order} numbers ascending by repeatedly swapping adjacent elements",
      "bubble sort",
      "bubblesort implementation",
      "bubble sort in ascending order, not in place",
      "= how does bubble sort look in javascript?",
      "= write bubble sort for me pls",
      "= my teacher wants bubble sort in js (no built-in sort), the original array should stay as it is",
      "= Implement the classic bubble sort on a copy of the given array.",
      "= can u do bubble sort in js",
      "= sorting algorithm where big numbers bubble up to the end, please code it",
    ],
    zh: [
      "{用冒泡排序对数字数组升序排序}",
      "{实现冒泡排序，返回排好序的副本}",
      "冒泡排序",
      "= js 冒泡排序怎么写？",
      "= 作业：不用内置 sort，写一个冒泡排序",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = [...\${0}];
  for (let i = 0; i < result.length; i++) {
    for (let j = 0; j < result.length - 1 - i; j++) {
      if (result[j] > result[j + 1]) {
        [result[j], result[j + 1]] = [result[j + 1], result[j]];
      }
    }
  }
  return result;
}`,
      `function \${name}(\${0}) {
  const result = \${0}.slice();
  let swapped = true;
  while (swapped) {
    swapped = false;
    for (let i = 0; i + 1 < result.length; i++) {
      if (result[i] > result[i + 1]) {
        [result[i], result[i + 1]] = [result[i + 1], result[i]];
        swapped = true;
      }
    }
  }
  return result;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[5, 1, 4]]],
  },
  {
    id: "selection-sort",
    names: ["selectionSort", "sort", "selSort", "sortNumbers"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} an array of numbers with selection sort",
      "{implement} selection sort: {find} the smallest remaining number and {put} it next",
      "{return} a sorted copy of a list by the selection sort method",
      "{order} numbers by repeatedly selecting the minimum of the unsorted rest",
      "selection sort",
      "selectionsort in js, ascending",
      "= how do you write selection sort in javascript?",
      "= need selection sort, don't modify the input array",
      "= explain nothing, just the code of a selection sort function",
      "= Implement selection sort on a copy of the array.",
      "= selection sort algorithm in js, numbers ascending",
    ],
    zh: [
      "{用选择排序对数字数组升序排序}",
      "{实现选择排序：每次选出剩余最小的数放到前面}",
      "选择排序",
      "= js 选择排序怎么写？",
      "= 每次找最小的放前面，写一个选择排序",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = [...\${0}];
  for (let i = 0; i < result.length; i++) {
    let smallest = i;
    for (let j = i + 1; j < result.length; j++) {
      if (result[j] < result[smallest]) smallest = j;
    }
    [result[i], result[smallest]] = [result[smallest], result[i]];
  }
  return result;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[5, 1, 4]]],
  },
  {
    id: "insertion-sort",
    names: ["insertionSort", "sort", "insSort", "sortNumbers"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} an array of numbers with insertion sort",
      "{implement} insertion sort: {insert} each number into the sorted part before it",
      "{return} a sorted copy of a list, done by the insertion sort algorithm",
      "{order} numbers like you sort playing cards in your hand, by inserting one after another",
      "insertion sort",
      "insertionsort, ascending, returns a new array",
      "= how to do an insertion sort in js?",
      "= code for insertion sort please",
      "= cards in my hand: take the next one and push it to its place. write that sort",
      "= Implement the insertion sort algorithm without modifying the argument.",
      "= insertion sort js code, ascending",
    ],
    zh: [
      "{用插入排序对数字数组升序排序}",
      "{实现插入排序，像理扑克牌那样逐个插入}",
      "插入排序",
      "= js 插入排序怎么写？",
      "= 用插入排序给数字排序",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = [...\${0}];
  for (let i = 1; i < result.length; i++) {
    const current = result[i];
    let j = i - 1;
    while (j >= 0 && result[j] > current) {
      result[j + 1] = result[j];
      j--;
    }
    result[j + 1] = current;
  }
  return result;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[5, 1, 4]]],
  },
  {
    id: "quick-sort",
    names: ["quickSort", "quicksort", "sort", "qsort"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} an array of numbers with quicksort",
      "{implement} quicksort recursively: {pick} a pivot, {split} into smaller and larger, {sort} both",
      "{return} the sorted numbers using the quick sort algorithm",
      "{order} a list by partitioning around a pivot",
      "quicksort",
      "quick sort in javascript",
      "recursive quicksort",
      "= how do i write quicksort in js? a simple readable version",
      "= can i get a short quick sort",
      "= Implement quicksort for an array of numbers; return a new array.",
      "= quicksort js code",
      "= sort numbers with a pivot: smaller ones left, bigger ones right, and again for both sides",
    ],
    zh: [
      "{用快速排序对数字数组升序排序}",
      "{递归实现快速排序：选基准、分成小的和大的}",
      "快速排序",
      "= js 写一个快排",
      "{用递归和基准值实现快速排序}",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0}.length < 2) return \${0};
  const [pivot, ...rest] = \${0};
  const smaller = rest.filter((x) => x < pivot);
  const larger = rest.filter((x) => x >= pivot);
  return [...\${name}(smaller), pivot, ...\${name}(larger)];
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[5, 1, 4]]],
  },
  {
    id: "merge-sort",
    names: ["mergeSort", "mergesort", "sort"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} an array of numbers with merge sort",
      "{implement} merge sort: {halve} the list, {sort} both halves, {merge} them",
      "{return} the numbers in ascending order, by the merge sort algorithm",
      "{order} a list by divide and conquer, merging sorted halves",
      "merge sort",
      "mergesort in javascript",
      "recursive merge sort",
      "= how do you implement merge sort in js?",
      "= write a mergesort plz",
      "= sort by splitting the array in two until single elements are left and merging back",
      "= Implement merge sort; the input must stay unchanged.",
      "= merge sort code js",
    ],
    zh: [
      "{用归并排序对数字数组升序排序}",
      "{实现归并排序：对半拆分、分别排序、再合并}",
      "归并排序",
      "= js 归并排序怎么写？",
      "{把数组不断对半拆开再合并成有序数组}",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0}.length < 2) return \${0};
  const middle = Math.floor(\${0}.length / 2);
  const left = \${name}(\${0}.slice(0, middle));
  const right = \${name}(\${0}.slice(middle));
  const result = [];
  while (left.length > 0 && right.length > 0) {
    result.push(left[0] <= right[0] ? left.shift() : right.shift());
  }
  return [...result, ...left, ...right];
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[5, 1, 4]]],
  },
  {
    id: "counting-sort",
    names: ["countingSort", "sort", "countSort"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} an array of small non-negative integers with counting sort",
      "{implement} counting sort: {count} each number, then {write} them out in order",
      "{return} the sorted list, found by counting how often every value from 0 to the maximum occurs",
      "{order} non-negative whole numbers without comparing them, by counts",
      "counting sort",
      "countingsort for non-negative integers",
      "= how do I write a counting sort in javascript?",
      "= sort in O(n + k): count the values and rebuild the array. numbers are >= 0",
      "= need counting sort, input only has integers from 0 up",
      "= Implement counting sort for an array of non-negative integers.",
    ],
    zh: [
      "{用计数排序对非负整数数组排序}",
      "{实现计数排序：统计每个值的个数再依次写出}",
      "计数排序",
      "= js 计数排序怎么写？都是非负整数",
    ],
    answers: [
      `function \${name}(\${0}) {
  const counts = [];
  for (const x of \${0}) {
    counts[x] = (counts[x] ?? 0) + 1;
  }
  const result = [];
  for (let x = 0; x < counts.length; x++) {
    for (let i = 0; i < (counts[x] ?? 0); i++) {
      result.push(x);
    }
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 0, 12)],
    always: [[[]], [[5, 1, 4]]],
  },
  {
    id: "sort-alphabetically",
    names: ["sortWords", "sortStrings", "alphabetize", "sortNames"],
    params: [["words", "names", "list", "strings"]],
    en: [
      "{sort} a list of lowercase words alphabetically",
      "{return} the words in alphabetical order (all lowercase)",
      "{take} lowercase strings and {order} them from a to z",
      "{alphabetize} an array of lowercase names",
      "sort strings alphabetically",
      "words from a to z",
      "= how do i sort an array of words in js alphabetically? they are all lowercase",
      '= from a to z (all lowercase): ["pear","apple"] -> ["apple","pear"]',
      "= put the lowercase names in dictionary order, leave the original list alone",
      "= Return a lexicographically sorted copy of an array of lowercase strings.",
      "= alphabetical order js list of lowercase words",
    ],
    zh: [
      "{把小写单词列表按字母顺序排序}",
      "{返回从 a 到 z 排列的单词（都是小写）}",
      "字符串数组按字母排序",
      '= 小写单词按字母排，["pear","apple"] 变成 ["apple","pear"]，怎么写？',
      "= 小写单词按字母表顺序排",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...\${0}].sort();
}`,
      `function \${name}(\${0}) {
  return \${0}.toSorted();
}`,
    ],
    args: (random) => [texts(random).map((word) => word.toLowerCase())],
    always: [[[]], [["pear", "apple"]]],
  },
  {
    id: "sort-ignoring-case",
    names: ["sortIgnoreCase", "sortCaseInsensitive", "sortNames"],
    params: [["words", "names", "list", "strings"]],
    en: [
      "{sort} a list of words alphabetically, ignoring upper and lower case",
      "{return} the strings in alphabetical order without regard to case",
      "{take} words with mixed capitals and {order} them as if all were lowercase; equal ones keep their order",
      "{order} names case-insensitively",
      "case insensitive sort",
      "alphabetical order ignoring case",
      '= a to z no matter if capital or not: ["banana","Apple","cherry"] -> ["Apple","banana","cherry"]',
      "= how do I sort strings in js so that capitals don't come first?",
      "= sort puts all my uppercase words before the lowercase ones, fix that with a function",
      "= Stable, case-insensitive alphabetical sort of an array of strings.",
    ],
    zh: [
      "{按字母顺序排序单词列表，不区分大小写}",
      "{忽略大小写地排列字符串，相同的保持原顺序}",
      "忽略大小写排序",
      "= js 排序大写总在前面，怎么忽略大小写排？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const key = (word) => word.toLowerCase();
  return [...\${0}].sort((x, y) => (key(x) < key(y) ? -1 : key(x) > key(y) ? 1 : 0));
}`,
      `function \${name}(\${0}) {
  return [...\${0}].sort((x, y) => x.toLowerCase().localeCompare(y.toLowerCase()));
}`,
    ],
    args: (random) => [
      random.some(
        ["Apple", "banana", "Cloud", "moon", "River", "sun", "Tree", "apple", "level", "Zebra"],
        random.int(3, 7),
      ),
    ],
    always: [[[]], [["banana", "Apple", "cherry"]]],
  },
  {
    id: "sort-by-length",
    names: ["sortByLength", "byLength", "orderByLength"],
    params: [["words", "strings", "list", "arr"]],
    en: [
      "{sort} strings by length, shortest first; equally long ones keep their order",
      "{return} the words ordered from short to long, stable",
      "{take} a list of words and {order} them by number of letters",
      "{arrange} strings by increasing length",
      "sort words by length",
      "shortest to longest strings",
      '= the shorter the further in front: ["ccc","a","bb"] -> ["a","bb","ccc"]',
      "= how do i sort an array of strings by how long they are?",
      "= short words first and the long ones at the end, same length: leave as they were",
      "= Return a copy of the array sorted stably on string length.",
      "{sort} words so that shorter ones come first, not moving equal ones past each other",
    ],
    zh: [
      "{按长度从短到长排序字符串，一样长的保持原顺序}",
      "{返回按字母数升序排列的单词}",
      "按字符串长度排序",
      "= 怎么把短的词排前面、长的排后面？",
      "= 按单词长短排序，短的在前",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...\${0}].sort((x, y) => x.length - y.length);
}`,
      `function \${name}(\${0}) {
  return \${0}.toSorted((x, y) => x.length - y.length);
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["ccc", "a", "bb", "d"]]],
  },
];
