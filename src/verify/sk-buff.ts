/**
 * Fields of `struct __sk_buff` and how a SCHED_CLS program may access each (tc_cls_act_is_valid_access and
 * bpf_skb_is_valid_access of net/core/filter.c, Linux 6.18; layout: include/uapi/linux/bpf.h).
 */

/** `parts`: aligned pieces of 1, 2, 4 or 8 bytes within the field; `inner`: of 1, 2 or 4; `whole`: all of it at once. */
type Pieces = 'parts' | 'inner' | 'whole';

export interface ContextField {
  readonly name: string;
  /** Bytes from the start of the context. */
  readonly offset: number;
  readonly size: number;
  readonly reads?: Pieces;
  readonly writes?: Pieces;
  /** What is read is a pointer, of a kind that is not modelled. */
  readonly pointer?: true;
}

const CB: ContextField = { name: 'cb', offset: 48, size: 20, reads: 'parts', writes: 'parts' };

/** What generated programs use, and all that the machine knows of a context. */
export const CB_ONLY: readonly ContextField[] = [CB];

const u32 = (name: string, offset: number, writes?: 'whole'): ContextField => ({
  name,
  offset,
  size: 4,
  reads: 'inner',
  ...(writes === undefined ? {} : { writes }),
});
const pointer = (name: string, offset: number, size: number): ContextField => ({
  name,
  offset,
  size,
  reads: 'whole',
  pointer: true,
});

/** All of it. Addresses and ports of the socket, `flow_keys` and padding have no row: SCHED_CLS may not touch them. */
export const SK_BUFF: readonly ContextField[] = [
  u32('len', 0),
  u32('pkt_type', 4),
  u32('mark', 8, 'whole'),
  u32('queue_mapping', 12, 'whole'),
  u32('protocol', 16),
  u32('vlan_present', 20),
  u32('vlan_tci', 24),
  u32('vlan_proto', 28),
  u32('priority', 32, 'whole'),
  u32('ingress_ifindex', 36),
  u32('ifindex', 40),
  u32('tc_index', 44, 'whole'),
  CB,
  u32('hash', 68),
  u32('tc_classid', 72, 'whole'),
  pointer('data', 76, 4),
  pointer('data_end', 80, 4),
  u32('napi_id', 84),
  pointer('data_meta', 140, 4),
  { name: 'tstamp', offset: 152, size: 8, reads: 'whole', writes: 'whole' },
  u32('wire_len', 160),
  u32('gso_segs', 164),
  pointer('sk', 168, 8),
  u32('gso_size', 176),
  { name: 'tstamp_type', offset: 180, size: 1, reads: 'whole' },
  { name: 'hwtstamp', offset: 184, size: 8, reads: 'whole' },
];

/** The field that an access may touch in this way; `undefined`: the context may not be accessed so. */
export function fieldOf(
  fields: readonly ContextField[],
  offset: number,
  size: number,
  does: 'read' | 'write',
): ContextField | undefined {
  const field = fields.find((each) => offset >= each.offset && offset + size <= each.offset + each.size);
  const pieces = does === 'read' ? field?.reads : field?.writes;
  if (field === undefined || pieces === undefined || offset % size !== 0) return undefined;
  if (pieces === 'whole') return size === field.size ? field : undefined;
  return pieces === 'inner' && size > 4 ? undefined : field;
}
