"""Rules for algorithm files that a compiler does not enforce, and g++ 12 punishes with wrong code.

  opens        a coroutine's body opens with `auto& x = ...` (g++ 12 misplaces the frame otherwise)
  braces       no braced temporary and no brace list in a statement that awaits
  lambda       no lambda coroutine: its captures die before it does
  expression   no `auto` for an expression: it would be read later, over buffers swapped since
  reference    no reference bound to `co_await self.mix(...)`: its value dies with the Pending
"""

import re

COROUTINE = re.compile(r"\b(?:Program|Task<[^;{}()]*>)\s+\w+\s*\([^;{}]*\)\s*\{")
CONTROL = re.compile(r"^(?:\}?\s*else\s+)?(?:while|if|for)\s*(?:constexpr\s*)?\(")
AUTO = re.compile(r"^(?:const\s+)?auto(&{0,2})\s+(\w+)\s*=\s*(.*)$", re.DOTALL)
LAMBDA = re.compile(r"\[[^\[\]\"]*\]\s*(?:\([^()]*\))?[^;{}()]*\{")


def without_comments(text):
    """The same text with comments and strings blanked; every line stays where it is."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))

    return re.sub(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", blank, text, flags=re.DOTALL)


def _body(code, start):
    """The text between the brace that opens at `start` - 1 and its partner."""
    depth = 1
    for end in range(start, len(code)):
        depth += {"{": 1, "}": -1}.get(code[end], 0)
        if depth == 0:
            return code[start:end]
    return code[start:]


def _segments(body):
    """(offset, text, terminator) of the pieces between ; { and }; a for's head stays whole."""
    begin, depth = 0, 0
    for at, character in enumerate(body):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character in "{}" or (character == ";" and depth <= 0):
            yield begin, body[begin:at], character
            begin, depth = at + 1, 0


def _balanced(text):
    return text.count("(") == text.count(")")


def _outside_parentheses(text):
    """The text with everything in parentheses, brackets and template arguments taken out."""
    previous = None
    while previous != text:
        previous = text
        text = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|(?<=\w)<[\w\s:,]*>", "", text)
    return text


def _statement(segment, terminator):
    text = segment.strip()
    if CONTROL.match(text) and terminator == ";":  # `while (...) x = co_await ...;`
        depth = 0
        for at, character in enumerate(text):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if character == ")" and depth == 0:
                return text[at + 1 :].strip()
    return text


def _awaiting(text, terminator):
    """Why an awaiting piece is refused, or None."""
    if terminator == ";" and _balanced(text):
        return None
    if terminator == "{" and CONTROL.match(text) and _balanced(text):
        return None
    return "a brace list or braced temporary in a statement that awaits: name it before"


def _auto(text):
    found = AUTO.match(text)
    if not found:
        return None
    reference, name, value = found.group(1), found.group(2), found.group(3).strip()
    if reference and re.match(r"\(?\s*co_await\s+self\s*\.", value):
        return f"'{name}' refers into an operation that ends here: name the operation first"
    if re.search(r"[-+*/]", _outside_parentheses(value)):
        return f"'{name}' would hold an expression, read later: evaluate(...) it, or name its type"
    return None


def check(text):
    """(line, complaint) pairs for one algorithm file."""
    code = without_comments(text)
    found = []

    def complain(offset, why):
        found.append((code.count("\n", 0, offset) + 1, why))

    for coroutine in COROUTINE.finditer(code):
        start = coroutine.end()
        body = _body(code, start)
        if "co_await" not in body and "co_return" not in body:
            continue
        if not re.match(r"auto& \w+ = ", body.strip()):
            complain(start, "a coroutine's body opens with `auto& x = ...`")
        for closure in LAMBDA.finditer(body):
            if "co_await" in _body(body, closure.end()):
                complain(start + closure.start(), "a lambda coroutine: make it a function, Task<T>")
        for offset, segment, terminator in _segments(body):
            lead = len(segment) - len(segment.lstrip())
            refused = None
            if "co_await" in segment:
                refused = _awaiting(segment.strip(), terminator)
            refused = refused or _auto(_statement(segment, terminator))
            if refused:
                complain(start + offset + lead, refused)
    return found
