/** How long frames take, measured for three seconds; not all the time, since counting frames keeps a screen busy. */
const SAMPLE_MS = 3000;

/** Milliseconds between frames; empty when the page is not seen. */
export function sampleFrames(): Promise<readonly number[]> {
  if (document.hidden) return Promise.resolve([]);
  return new Promise((done) => {
    const frames: number[] = [];
    const begun = performance.now();
    let last = begun;
    const next = (now: number): void => {
      if (now > last) frames.push(now - last);
      last = now;
      if (now - begun < SAMPLE_MS && !document.hidden) requestAnimationFrame(next);
      else done(frames);
    };
    requestAnimationFrame(next);
    setTimeout(() => done(frames), SAMPLE_MS * 3); // a screen that draws nothing at all
  });
}
