/** What `npm ci` on a fresh machine of any platform relies on. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);
const manifest: { readonly exports: Readonly<Record<string, string | { readonly default: string }>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);

describe('package-lock.json', () => {
  it('has every optional package of every platform, or npm ci refuses it', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});

describe('package.json', () => {
  it('exports folders that exist', () => {
    for (const target of Object.values(manifest.exports)) {
      if (typeof target === 'string') continue;
      const folder = target.default.replace('./dist/', '').replace('/*.js', '');
      expect(existsSync(folder), folder).toBe(true);
    }
  });
});
