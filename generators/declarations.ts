/** The struct types and maps that generated programs may use. */
import type { MapDefinition, StructType } from '../src/isa/program.js';

export const TYPES: readonly StructType[] = [
  { name: 'node', size: 24 },
  { name: 'leaf', size: 16 },
];

export const MAPS: readonly MapDefinition[] = [{ name: 'events', type: 'ringbuf', size: 4096 }];

/** Bytes of a ring record; one size, so that every record can be touched alike. */
export const RECORD_SIZE = 16;

/** Bytes of the IPv4 addresses and ports that sockets are looked up by (struct bpf_sock_tuple). */
export const TUPLE_SIZE = 12;
