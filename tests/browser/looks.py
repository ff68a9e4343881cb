"""Whether two pictures of a page look the same: small differences of letters are let through, anything that is missing is not."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from playwright.sync_api import Browser

WIDTH = 480  # both are reduced to about this width first, so that a letter drawn half a pixel aside becomes a slightly other grey
MOST_DIFFERENT, MOST_IN_A_TILE = 0.01, 0.5  # of all pixels; of the pixels of any tile of TILE by TILE
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
  const [p, q] = [pixels(a), pixels(b)];
  const across = Math.ceil(w / tile);
  const tiles = new Float64Array(across * Math.ceil(h / tile));
  let count = 0;
  for (let i = 0, at = 0; at < w * h; at += 1, i += 4) {
    const off = Math.max(Math.abs(p[i] - q[i]), Math.abs(p[i + 1] - q[i + 1]), Math.abs(p[i + 2] - q[i + 2]));
    if (off <= visible) continue;
    count += 1;
    tiles[Math.floor(at / w / tile) * across + Math.floor((at % w) / tile)] += 1;
  }
  const worst = tiles.indexOf(Math.max(...tiles));
  const [x, y] = [(worst % across) * tile * k, Math.floor(worst / across) * tile * k];
  return { sizes: '', share: count / (w * h), worst: tiles[worst] / tile ** 2, x, y };
}"""
TILE, VISIBLE = 12, 36  # reduced pixels a side; of 255 in any colour


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
    """Of two JPEGs. Measured inside the browser, which can read them."""
    page = browser.new_page()
    try:
        page.goto("about:blank")
        pictures = [base64.b64encode(jpeg).decode() for jpeg in (before, after)]
        found = page.evaluate(COMPARE, [*pictures, WIDTH, TILE, VISIBLE])
        return Difference(found["share"], found["worst"], (found.get("x", 0), found.get("y", 0)), found["sizes"])
    finally:
        page.close()
