"""How long it takes from a key to its painted change."""

import statistics

# A frame is painted when a message sent from its animation callback arrives.
TIME_KEYS = """
window.painted = [];
addEventListener("keydown", (event) => {
  const start = event.timeStamp;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.painted.push(performance.now() - start);
    port2.postMessage(null);
  });
}, true);
"""
KEYS = ("1", "ArrowRight", "2", "ArrowDown", "3", "ArrowLeft") * 10


def key_to_paint(page):
    """Return the median milliseconds from a key in the grid of the open page to its painted change."""
    page.locator("#grid[data-ready]").wait_for()
    page.locator("#grid .c[id]").first.focus()
    page.evaluate(TIME_KEYS)
    for number, key in enumerate(KEYS, start=1):
        page.keyboard.press(key)
        page.wait_for_function("(number) => window.painted.length >= number", arg=number)
    return statistics.median(page.evaluate("window.painted"))
