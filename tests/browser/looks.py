"""Whether two pictures of a page look the same: small differences of letters are let through, anything that is missing is not."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

BASELINES, RESULTS = Path(__file__).parent / "baselines", Path(__file__).parents[2] / "test-results"
TAKE = os.environ.get("BASELINES") == "take"
WIDTH = 360  # both are reduced to about this width first, so that a letter drawn half a pixel aside becomes a slightly other grey
MOST_DIFFERENT, MOST_IN_A_TILE = 0.002, 0.15  # of all pixels; of the pixels of any tile of TILE by TILE
KEPT_WIDTH, KEPT_QUALITY = 1440, 0.5  # of the pictures in the repository: small, and still to be looked at
REDUCE = """async ([picture, width, quality]) => {
  const image = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${picture}`)).blob());
  const k = Math.min(1, width / image.width);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.round(image.width * k), Math.round(image.height * k)];
  const brush = canvas.getContext('2d');
  brush.imageSmoothingQuality = 'high';
  brush.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/jpeg', quality).split(',')[1];
}"""
COMPARE = """async ([before, after, width, tile, visible]) => {
  const bitmap = async (data) => createImageBitmap(await (await fetch(`data:image/jpeg;base64,${data}`)).blob());
  const [a, b] = [await bitmap(before), await bitmap(after)];
  const sizes = [a, b].map((image) => `${image.width}x${image.height}`);
  if (sizes[0] !== sizes[1]) return { sizes: sizes.join(', now '), share: 1, worst: 1 };
  const k = Math.max(1, Math.round(a.width / width));
  const [w, h] = [Math.floor(a.width / k), Math.floor(a.height / k)];
  const pixels = (image) => {
    const brush = new OffscreenCanvas(w, h).getContext('2d');
    brush.imageSmoothingQuality = 'high';
    brush.drawImage(image, 0, 0, w, h);
    return brush.getImageData(0, 0, w, h).data;
  };
  const off = (p, i, q, j) => Math.max(Math.abs(p[i] - q[j]), Math.abs(p[i + 1] - q[j + 1]), Math.abs(p[i + 2] - q[j + 2]));
  const isNear = (p, q, x, y) => {
    for (let v = Math.max(0, y - 1); v <= Math.min(h - 1, y + 1); v += 1)
      for (let u = Math.max(0, x - 1); u <= Math.min(w - 1, x + 1); u += 1)
        if (off(p, 4 * (y * w + x), q, 4 * (v * w + u)) <= visible) return true;
    return false;
  };
  const [p, q] = [pixels(a), pixels(b)];
  const across = Math.ceil(w / tile);
  const tiles = new Float64Array(across * Math.ceil(h / tile));
  let count = 0;
  for (let y = 0; y < h; y += 1) for (let x = 0; x < w; x += 1) {
    if (off(p, 4 * (y * w + x), q, 4 * (y * w + x)) <= visible || (isNear(p, q, x, y) && isNear(q, p, x, y))) continue;
    count += 1;
    tiles[Math.floor(y / tile) * across + Math.floor(x / tile)] += 1;
  }
  const worst = tiles.indexOf(Math.max(...tiles));
  const [x, y] = [(worst % across) * tile * k, Math.floor(worst / across) * tile * k];
  return { sizes: '', share: count / (w * h), worst: tiles[worst] / tile ** 2, x, y };
}"""
TILE, VISIBLE = 12, 50  # reduced pixels a side; of 255 in any colour


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two pictures are apart. `share` of all pixels; `worst` of the tile where most differ, which begins at `place` (x, y)."""

    share: float
    worst: float
    place: tuple[int, int]
    sizes: str = ""

    @property
    def visible(self) -> bool:
        return bool(self.sizes) or self.share > MOST_DIFFERENT or self.worst > MOST_IN_A_TILE


def difference(browser: Browser, before: bytes, after: bytes) -> Difference:
    """Of two JPEGs. A pixel is different where nothing like it is within one pixel of its place in the other picture."""
    found = _asked(browser, COMPARE, *map(_text, (before, after)), WIDTH, TILE, VISIBLE)
    return Difference(found["share"], found["worst"], (found.get("x", 0), found.get("y", 0)), found["sizes"])


def picture(browser: Browser, page: Page) -> bytes:
    """What is on the screen now, reduced to KEPT_WIDTH, as JPEG."""
    shot = page.screenshot(animations="disabled", caret="hide", type="jpeg", quality=95)
    return base64.b64decode(_asked(browser, REDUCE, _text(shot), KEPT_WIDTH, KEPT_QUALITY))


def looks_like(browser: Browser, page: Page, name: str) -> None:
    """Fails if the page now is not as its baseline; with BASELINES=take the page now becomes the baseline."""
    now, baseline = picture(browser, page), BASELINES / f"{name}.jpg"
    if TAKE:
        BASELINES.mkdir(exist_ok=True)
        baseline.write_bytes(now)
        return
    found = difference(browser, baseline.read_bytes(), now)
    if found.visible:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.jpg").write_bytes(now)
    assert not found.visible, f"{name} looks different: {found}; test-results/{name}.jpg"


def _text(jpeg: bytes) -> str:
    return base64.b64encode(jpeg).decode()


def _asked(browser: Browser, script: str, *words: object) -> Any:
    """Inside the browser, which can read pictures."""
    page = browser.new_page()
    try:
        page.goto("about:blank")
        return page.evaluate(script, [*words])
    finally:
        page.close()
