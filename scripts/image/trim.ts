/**
 * Which files of the npm packages go into the image: what Node loads, and what a licence wants to be there. The table names
 * what nobody loads; a line of it that matches nothing any more is a fault, so that it cannot grow stale.
 */

/** For compilers, debuggers and readers. */
const EXTENSIONS = [
  ...['.ts', '.mts', '.cts', '.map', '.tsbuildinfo', '.flow', '.jsdoc'],
  ...['.md', '.markdown', '.html', '.css', '.ico', '.zip', '.yml', '.sh'],
]
/** At the top of a package only: deeper down such names may be code. */
const FOLDERS = ['bench', 'benchmark', 'benchmarks', 'bin', 'doc', 'docs', 'example', 'examples', 'test', 'tests']

/** These stay whatever their name: terms that must go with the code, and what Node and a scanner know a package by. */
const KEPT = /^(?:package\.json|(?:licen[cs]e|copying|copyright(?:notice)?|notice|authors)(?:[.-].*)?)$/i

interface Unused {
  readonly packages: RegExp
  readonly files: RegExp
  readonly why: string
}

/** Commands, and second builds of the same code for browsers, bundlers and module systems that nobody here uses. */
const UNUSED: readonly Unused[] = [
  { packages: /^@grpc\/proto-loader$/, files: /^build\/bin\//, why: 'a command' },
  {
    packages:
      /^(?:ansi-(?:regex|styles)|cliui|color-(?:convert|name)|emoji-regex|escalade|get-caller-file|is-fullwidth-code-point|require-directory|str(?:ing-width|ip-ansi)|wrap-ansi|y18n|yargs(?:-parser)?)$/,
    files: /\.(?:m?js|cjs|json)$/,
    why: 'of that command',
  },
  { packages: /^long$/, files: /^index\.js$/, why: 'required by CommonJS' },
  { packages: /^pino$/, files: /^bin\.js$/, why: 'a command' },
  { packages: /^yaml$/, files: /^bin\.mjs$/, why: 'a command' },
  { packages: /^yaml$/, files: /^browser\//, why: 'for browsers' },
  { packages: /^protobufjs$/, files: /^dist\//, why: 'for browsers' },
  { packages: /^zod$/, files: /\.cjs$/, why: 'imported as ES modules' },
  { packages: /^zod$/, files: /^(?:src|v3|mini|v4-mini|v4\/mini)\//, why: 'sources, and other interfaces' },
  { packages: /^lru-cache$/, files: /^dist\/commonjs\//, why: 'imported as ES modules' },
  { packages: /^lru-cache$/, files: /^dist\/esm\/(?!node\/|package\.json)/, why: 'not for Node' },
  { packages: /^@opentelemetry\//, files: /^build\/(?:esm|esnext)\//, why: 'for bundlers' },
  { packages: /^@opentelemetry\/semantic-conventions$/, files: /\.mjs$/, why: 'required by CommonJS' },
  {
    packages: /^@opentelemetry\/semantic-conventions$/,
    files: /\/(?:experimental_\w+|index-incubating)\.[cm]?js$/,
    why: 'names that are not stable yet',
  },
  { packages: /^@peculiar\/asn1-/, files: /^build\/es2015\//, why: 'for bundlers' },
  { packages: /^@peculiar\/utils$/, files: /^build\/esm\//, why: 'required by CommonJS' },
  { packages: /^@peculiar\/x509$/, files: /^build\/x509(?:\.es)?\.js$/, why: 'for browsers and bundlers' },
  { packages: /^@js-sdsl\//, files: /^dist\/(?:esm|umd)\//, why: 'required by CommonJS' },
  { packages: /^tslib$/, files: /^(?:tslib\.es6\.m?js|modules\/.*)$/, why: 'required by CommonJS' },
  { packages: /^asn1js$/, files: /\.es\.js$/, why: 'for bundlers' },
  { packages: /^tsyringe$/, files: /^dist\/(?!cjs\/)/, why: 'for bundlers' },
  { packages: /^reflect-metadata$/, files: /^Reflect(?:Lite|NoConflict)\.js$/, why: 'other variants' },
]

/** Whether a file of a package is needed at run time. `path` counts from the folder of the package, with `/`. */
export function isNeeded(packageName: string, path: string): boolean {
  const parts = path.split('/')
  const name = parts.at(-1) ?? ''
  if (KEPT.test(name)) return true
  if (parts.some((part) => part.startsWith('.')) || EXTENSIONS.some((extension) => name.endsWith(extension)))
    return false
  if (parts.length > 1 && FOLDERS.includes(parts[0] ?? '')) return false
  return !UNUSED.some(({ packages, files }) => packages.test(packageName) && files.test(path))
}

/** Lines of the table that match none of these files. */
export function staleLines(files: readonly { readonly packageName: string; readonly path: string }[]): string[] {
  return UNUSED.filter(
    (unused) => !files.some(({ packageName, path }) => unused.packages.test(packageName) && unused.files.test(path)),
  ).map(({ packages, files: names }) => `${names} of ${packages}`)
}
