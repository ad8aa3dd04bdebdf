/** Words of a program as identifiers of C: what a label may be called is not what C allows. */

/** Words that an exported file uses itself, keywords of C, macros that compilers define. */
const OWN = `auto break case char const continue default do double else enum extern float for goto if inline int long register
  restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof bool true
  false main linux unix bpf SEC __sk_buff struct_ids kfunc_root _license`;

/** Library functions that clang knows without a header: another thing of that name is an error. */
const LIBRARY = `_exit abort abs acosh aligned_alloc alloca asinh atanh bcmp bcopy bzero calloc erfc exit expm1 fdim finite free
  ilogb index isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit labs
  llabs llrint llround malloc memalign memccpy memchr memcmp memcpy memmove mempcpy memset printf realloc remquo
  rindex scalbln scanf snprintf sprintf sscanf stpcpy stpncpy strcasecmp strcat strchr strcmp strcpy strcspn strdup
  strerror strlen strncasecmp strncat strncmp strncpy strndup strpbrk strrchr strspn strstr strtod strtof strtok
  strtold strxfrm tolower toupper vfork vprintf vscanf vsnprintf vsprintf vsscanf wcschr wcscmp wcslen wcsncmp wmemchr
  wmemcmp wmemcpy wmemmove`;
const MATHEMATICS = `acos asin atan atan2 cabs cacosh carg casinh catanh cbrt ceil cimag copysign cos cosh cproj creal erf exp exp2 fabs
  floor fma fmax fmin fmod frexp hypot ldexp lgamma log log10 log1p log2 logb lrint lround modf nan nearbyint
  nextafter nexttoward pow remainder rint round roundeven scalbn sin sinh sqrt strtol strtoul tan tanh tgamma trunc`;
const COMPLEX = `cacos casin catan ccos ccosh cexp clog cpow csin csinh csqrt ctan ctanh`;

const words = (text: string) => text.split(/\s+/);
const TAKEN: readonly string[] = [
  ...words(OWN),
  ...words(LIBRARY),
  ...[...words(MATHEMATICS), ...words(COMPLEX)].flatMap((name) => [name, `${name}f`, `${name}l`]),
];

/** Hands out identifiers, each once. */
export class CNames {
  readonly #used = new Set(TAKEN);

  constructor(reserved: Iterable<string> = []) {
    for (const word of reserved) this.#used.add(word);
  }

  /** The identifier for a word: other characters become `_`, and a number is added if it is taken. */
  take(word: string): string {
    const plain = word.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)|^$/, '_');
    let name = plain;
    for (let number = 2; this.#used.has(name); number++) name = `${plain}_${number}`;
    this.#used.add(name);
    return name;
  }
}

/** A text as a string literal of C. */
export function cString(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/\s+/g, ' ')}"`;
}

/** A text that can stand within a comment of C. */
export function cComment(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll('/*', '/ *');
}
