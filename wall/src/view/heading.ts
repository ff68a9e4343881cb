/** The heading of a page as where its reader begins. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { STEPPED } from './store';

/** Takes the focus where the page is come to by a link, not by its address; whoever stands in a field keeps it. `of`: what the page is about. */
export function useHeading(of: unknown = null): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (history.state === STEPPED && !document.activeElement?.matches('select, input')) heading.current?.focus();
  }, [of]);
  return heading;
}
