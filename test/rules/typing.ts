/** Whether an edit leaves a program that compiles: one that does not would fail every test and show nothing. */
import ts from 'typescript';

/** Declared but never read: a rule that is removed may leave such things behind. */
const UNUSED: ReadonlySet<number> = new Set([6133, 6138, 6192, 6196, 6198, 6199]);

/** Type checker of one version of the sources after the other. */
export class Typing {
  private readonly edited = new Map<string, string>();
  private version = 0;
  private readonly service: ts.LanguageService;

  constructor(config: string) {
    const { options, fileNames } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(config, ts.sys.readFile).config,
      ts.sys,
      process.cwd(),
    );
    this.service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => fileNames,
      getScriptVersion: (name) => (this.edited.has(name) ? `${this.version}` : '0'),
      getScriptSnapshot: (name) => {
        const text = this.edited.get(name) ?? ts.sys.readFile(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => process.cwd(),
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
    });
  }

  /** What the compiler has against a file (absolute path) with this text in place of its own. */
  errorsOf(file: string, text: string): readonly string[] {
    this.edited.clear();
    this.edited.set(file, text);
    this.version++;
    return [...this.service.getSyntacticDiagnostics(file), ...this.service.getSemanticDiagnostics(file)]
      .filter(({ code }) => !UNUSED.has(code))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  }
}
