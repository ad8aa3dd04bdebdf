/** Who may import whom, read from the sources; the table is that of docs/architecture.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** A folder or file of the source tree that the rules speak of. */
interface Layer {
  readonly name: string;
  /** Whether a source path belongs to it; the first layer that claims a path has it. */
  readonly has: (path: string) => boolean;
  /** Layers it may import beside itself and the types of src/contract; `any` for what may import everything above. */
  readonly imports: readonly string[] | 'any';
}

const under = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
const TRUTH = /^oracles\/(world|ledger|outcome)\.ts$|^oracles\/machine(\.ts$|\/)/;
/** Files of types, which cost an importer nothing. */
const TYPES_ONLY = /^src\/contract\/|^oracles\/judgement\.ts$/;
const JUDGED = ['isa', 'asm', 'cfg', 'patch', 'verify', 'subject interface', 'truth', 'judgement'];

const LAYERS: readonly Layer[] = [
  // Types only: of isa, that of a program, which a step of an unwinding may name.
  { name: 'contract', has: under('src/contract'), imports: ['isa'] },
  { name: 'isa', has: under('src/isa'), imports: ['contract'] },
  { name: 'asm', has: under('src/asm'), imports: ['isa'] },
  { name: 'cfg', has: under('src/cfg'), imports: ['isa'] },
  { name: 'patch', has: under('src/patch'), imports: ['isa'] },
  { name: 'verify', has: under('src/verify'), imports: ['isa', 'cfg'] },
  {
    name: 'subject interface',
    has: (path) => path === 'src/subjects/subject.ts',
    imports: ['isa', 'cfg', 'verify', 'patch'],
  },
  {
    name: 'subjects',
    has: under('src/subjects'),
    imports: ['isa', 'cfg', 'verify', 'patch', 'subject interface'],
  },
  { name: 'truth', has: (path) => TRUTH.test(path), imports: ['isa'] },
  { name: 'judgement', has: (path) => path === 'oracles/judgement.ts', imports: ['isa', 'truth'] },
  { name: 'kernel oracle', has: (path) => /^oracles\/kernel/.test(path), imports: [...JUDGED, 'oracles', 'bridge'] },
  { name: 'oracles', has: under('oracles'), imports: JUDGED },
  {
    name: 'arbitrary',
    has: (path) => path === 'generators/arbitrary.ts',
    imports: ['generators', 'isa', 'asm', 'shrink'],
  },
  { name: 'generators', has: under('generators'), imports: ['isa', 'asm'] },
  { name: 'shrink', has: under('src/shrink'), imports: ['isa', 'cfg', 'patch'] },
  { name: 'bridge', has: under('src/bridge'), imports: ['isa', 'asm'] },
  { name: 'bench', has: under('bench'), imports: 'any' },
  { name: 'commands', has: under('src/commands'), imports: 'any' },
  { name: 'testing', has: under('src/testing'), imports: 'any' },
  { name: 'top', has: (path) => /^src\/(case|campaign|report|export)\//.test(path), imports: 'any' },
];

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** The source path it resolves to, or `undefined` for a package. */
  readonly to: string | undefined;
  readonly typeOnly: boolean;
  /** `import()`: loaded when the line runs. */
  readonly lazy: boolean;
}

function sourcesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative('.', join(entry.parentPath, entry.name)))
    .sort();
}

const files = ['src', 'generators', 'oracles', 'bench'].flatMap(sourcesIn);
const parsed = new Map(
  files.map((path) => [path, ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023, true)]),
);

function importsOf(path: string): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean, lazy = false): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const local = specifier.text.startsWith('.');
    const to = local ? normalize(join(dirname(path), specifier.text)).replace(/\.js$/, '.ts') : undefined;
    found.push({ from: path, specifier: specifier.text, to, typeOnly, lazy });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false, true);
    ts.forEachChild(node, visit);
  };
  const source = parsed.get(path);
  if (source !== undefined) visit(source);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  return (
    clause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((element) => element.isTypeOnly)
  );
}

const layerOf = (path: string) => LAYERS.find(({ has }) => has(path));

/** Why an import is not allowed, or `undefined`. */
function objection({ from, to, typeOnly }: Import): string | undefined {
  if (to === undefined) return undefined;
  const source = layerOf(from);
  const target = layerOf(to);
  if (source === undefined) return undefined;
  if (target === undefined) return `${from} imports ${to}, which no layer has`;
  if (source === target) return undefined;
  if (TYPES_ONLY.test(to) && typeOnly) return undefined;
  if (target.name === 'commands' || target.name === 'testing')
    return `${from} imports ${to}: nothing imports ${target.name}`;
  if (source.imports === 'any' || source.imports.includes(target.name)) return undefined;
  return `${from} imports ${to}: ${source.name} may import ${source.imports.join(', ')} only`;
}

describe('layering', () => {
  it('has a layer for every source file', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((path) => layerOf(path) === undefined)).toEqual([]);
  });

  it('imports follow the table', () => {
    expect(
      files
        .flatMap(importsOf)
        .map(objection)
        .filter((text) => text !== undefined),
    ).toEqual([]);
  });

  it('a design imports no other, except forced-spill: frame-descriptors', () => {
    const design = (path: string) => /^src\/subjects\/([^/]+)\//.exec(path)?.[1];
    const crossing = files.flatMap(importsOf).filter(({ from, to }) => {
      const [own, other] = [design(from), design(to ?? '')];
      if (own === undefined || other === undefined || own === other) return false;
      return !(own === 'forced-spill' && other === 'frame-descriptors');
    });
    expect(crossing).toEqual([]);
  });

  it('local imports have the .js suffix and name a file that exists', () => {
    const wrong = files.flatMap(importsOf).filter(({ specifier, to }) => {
      return to !== undefined && (!specifier.endsWith('.js') || !existsSync(to));
    });
    expect(wrong).toEqual([]);
  });

  const manifest: {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly optionalDependencies: Readonly<Record<string, string>>;
    readonly peerDependencies: Readonly<Record<string, string>>;
    readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
  } = JSON.parse(readFileSync('package.json', 'utf8'));
  /** A package that may be absent, asked for only when the line runs. */
  const isOptional = ({ specifier, lazy }: Import) => lazy && specifier in manifest.optionalDependencies;
  const packagesOf = (imports: readonly Import[]): ReadonlySet<string> =>
    new Set(
      imports
        .filter(({ to, specifier, typeOnly }) => to === undefined && !typeOnly && !specifier.startsWith('node:'))
        .map(({ specifier }) =>
          specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    );

  it('what the commands load needs no package that may be absent', () => {
    const loaded = new Set([
      'src/commands/cli.ts',
      'src/commands/plugin.ts',
      'src/campaign/worker.ts',
      'src/campaign/kernel/kernel-worker.ts',
    ]);
    for (const path of loaded) {
      for (const { to, typeOnly } of importsOf(path)) if (to !== undefined && !typeOnly) loaded.add(to);
    }
    expect(loaded.size).toBeGreaterThan(100);
    const needed = packagesOf([...loaded].flatMap(importsOf).filter((each) => !isOptional(each)));
    expect([...needed].filter((name) => !(name in manifest.dependencies))).toEqual([]);
    expect([...needed].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it('everything else needs optional peers at most, and those only for property tests', () => {
    const peers = Object.keys(manifest.peerDependencies);
    expect(peers.filter((name) => manifest.peerDependenciesMeta[name]?.optional !== true)).toEqual([]);
    const users = files.filter((path) => [...packagesOf(importsOf(path))].some((name) => peers.includes(name)));
    expect(users).toEqual([
      'src/case/arbitrary.ts',
      'src/testing/test-subject.ts',
      'generators/arbitrary.ts',
      'oracles/arbitrary-world.ts',
    ]);
    const all = packagesOf(files.flatMap(importsOf).filter((each) => !isOptional(each)));
    expect([...all].filter((name) => !(name in manifest.dependencies) && !peers.includes(name))).toEqual([]);
  });

  it('optional packages are loaded when they are asked for, in one file each', () => {
    const uses = files.flatMap(importsOf).filter(({ specifier }) => specifier in manifest.optionalDependencies);
    expect(uses.filter((each) => !isOptional(each))).toEqual([]);
    expect(uses.map(({ from, specifier }) => [from, specifier])).toEqual([['src/bridge/kernel/bpf.ts', 'koffi']]);
  });

  it('src/contract and oracles/judgement.ts emit no code', () => {
    const emitting = files
      .filter((path) => TYPES_ONLY.test(path))
      .filter((path) => {
        const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
          compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, removeComments: true },
        });
        return outputText.replace('export {};', '').trim() !== '';
      });
    expect(emitting).toEqual([]);
  });

  it('there are no barrels, no default exports, no utils', () => {
    expect(files.filter((path) => /(^|\/)(index|utils?|helpers)\.ts$/.test(path))).toEqual([]);
    const withDefault = [...parsed].filter(([, source]) =>
      source.statements.some(
        (statement) =>
          ts.isExportAssignment(statement) ||
          (ts.canHaveModifiers(statement) &&
            ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)),
      ),
    );
    expect(withDefault.map(([path]) => path)).toEqual([]);
  });

  it('every file opens with a head comment, apart from declarations of the contract', () => {
    const headless = files
      .filter((path) => !under('src/contract')(path))
      .filter((path) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(path, 'utf8')));
    expect(headless).toEqual([]);
  });
});
