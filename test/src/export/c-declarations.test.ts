/** Tests of what C is told about helpers, kfuncs and maps. */
import { describe, expect, it } from 'vitest';
import { declaration, mapMembers, prototypeOf, structsNamedBy } from '../../../src/export/c-declarations.js';
import { CALLABLE_NAMES, CALLABLES } from '../../../src/isa/callables.js';
import { KINDS } from '../../../src/isa/kinds.js';

describe('declaration', () => {
  it.each(CALLABLE_NAMES)('declaration of %s has its number or asks libbpf for it', (name) => {
    const { as, id } = CALLABLES[name].call;
    const text = declaration(name);
    if (as === 'helper')
      expect(text).toMatch(new RegExp(`^static .*\\(\\*const ${name}\\)\\(.*\\) = \\(void \\*\\)${id};$`));
    else expect(text).toMatch(new RegExp(`^extern .*\\b${name}\\(.*\\) __ksym;$`));
  });

  it('declaration without parameters says so', () => {
    expect(declaration('bpf_get_prandom_u32')).toBe(
      'static unsigned int (*const bpf_get_prandom_u32)(void) = (void *)7;',
    );
  });
});

describe('prototypeOf', () => {
  it.each(CALLABLE_NAMES)('prototypeOf %s agrees with its row', (name) => {
    const { args, returns } = CALLABLES[name];
    const { as } = CALLABLES[name].call;
    const prototype = prototypeOf(name);
    expect(prototype.parameters).toHaveLength(args.length);
    for (const [index, arg] of args.entries()) {
      const parameter = prototype.parameters[index] ?? '';
      expect(parameter.includes('*')).toBe(!['scalar', 'constant', 'local-type'].includes(arg.is));
      if (arg.is === 'object' && KINDS[arg.kind].pointer === 'kernel') {
        expect(parameter).toContain(`struct ${KINDS[arg.kind].pointee} *`);
      }
    }
    expect(prototype.returns.includes('*')).toBe(returns.is !== 'scalar' && returns.is !== 'void');
    // A helper that returns nothing of use may still return a number.
    if (returns.is !== 'void' || as === 'kfunc') {
      expect(prototype.returns.trim() === 'void').toBe(returns.is === 'void');
    }
  });

  it.each(CALLABLE_NAMES)('prototypeOf %s calls a pointer no constant result', (name) => {
    const { returns } = CALLABLES[name];
    if (returns.is === 'void') expect(prototypeOf(name).atRun).toBe('same');
    // A number may be constant, as what bpf_sk_release returns is.
    else if (returns.is !== 'scalar') expect(prototypeOf(name).atRun).not.toBe('same');
  });
});

describe('structsNamedBy', () => {
  it('structsNamedBy lists every tag once, in the order of mention', () => {
    expect(structsNamedBy(['bpf_cgroup_ancestor', 'bpf_throw', 'bpf_task_acquire', 'bpf_cgroup_release'])).toEqual([
      'cgroup',
      'task_struct',
    ]);
    expect(structsNamedBy([])).toEqual([]);
  });
});

describe('mapMembers', () => {
  it('mapMembers of a ring buffer are its type and its bytes', () => {
    expect(mapMembers({ name: 'events', type: 'ringbuf', size: 8192 })).toEqual([
      { name: 'type', value: 27 },
      { name: 'max_entries', value: 8192 },
    ]);
  });
});
