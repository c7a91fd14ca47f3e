/** A task in the form of each published suite with Python tests. */
export const humanEval = {
  task_id: "HumanEval/900",
  prompt: 'import math\n\ndef area(r):\n    """ The area of a circle.\n    >>> area(0)\n    0.0\n    """\n',
  entry_point: "area",
  canonical_solution: "    return math.pi * r * r\n",
  test: "def check(candidate):\n    assert candidate(0) == 0\n    assert abs(candidate(2) - 12.566) < 1e-3\n",
};
export const mbpp = {
  task_id: 901,
  text: "Write a function that doubles a number.",
  code: "def double(x):\n    return 2 * x",
  test_list: ["assert double(2) == 4", "assert double(ZERO) == 0"],
  test_setup_code: "ZERO = 0",
  challenge_test_list: ["assert double(-1) == -2"],
};
export const mbppPlus = {
  task_id: 902,
  prompt: "Write a function that halves a number.",
  code: "def half(x):\n    return x / 2",
  source_file: "x.py",
  test_imports: ["import math"],
  test_list: ["assert half(2) == 1"],
  test: "for x, y in [(2, 1), (9, 4.5)]:\n    assert math.isclose(half(x), y)",
};
