/** Locations in words, for expectations. */
import type { Location } from '../../../src/contract/location.js';

/** `r7`, `fp-8`, `table[0]`. */
export function placeOf(location: Location | undefined): string {
  switch (location?.in) {
    case 'register':
      return `r${location.register}`;
    case 'stack':
      return `fp${location.offset}`;
    case 'table':
      return `table[${location.index}]`;
    default:
      return 'nowhere';
  }
}
