/** Configuration files for tests: a good one, with single keys replaced. `«` marks where a fault is expected. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatFault } from '../../../src/config/fault.ts'
import { type Loaded, loadConfig } from '../../../src/config/load.ts'

export interface Parts {
  /** Top-level keys with their values in one line; they stand before issuers and routes. */
  readonly top?: Readonly<Record<string, string>>
  /** Keys of the first issuer, of the first route; undefined leaves a key out. */
  readonly issuer?: Readonly<Record<string, string | undefined>>
  readonly route?: Readonly<Record<string, string | undefined>>
  /** Whole further items, in one line each. */
  readonly issuers?: readonly string[]
  readonly routes?: readonly string[]
}

const ISSUER = { issuer: 'https://as.example.com', keys: '{ jwksUri: https://as.example.com/jwks }' }
const ROUTE = {
  name: 'payments',
  match: '{ authority: payments.example.com }',
  origin: 'https://payments.example.com',
  audience: 'https://payments.example.com',
}

export function configText({ top = {}, issuer = {}, route = {}, issuers = [], routes = [] }: Parts = {}): string {
  return [
    ...lines(top, '', ''),
    'issuers:',
    ...lines({ ...ISSUER, ...issuer }, '  - ', '    '),
    ...issuers.map((item) => `  - ${item}`),
    'routes:',
    ...lines({ ...ROUTE, ...route }, '  - ', '    '),
    ...routes.map((item) => `  - ${item}`),
    '',
  ].join('\n')
}

function lines(keys: Readonly<Record<string, string | undefined>>, first: string, rest: string): string[] {
  const given = Object.entries(keys).filter(([, value]) => value !== undefined)
  return given.map(([key, value], i) => {
    const marked = key.startsWith('«') ? '«' : ''
    return `${i === 0 ? first : rest}${marked}${key.replace('«', '')}: ${value}`
  })
}

/** Takes the mark out and says where it stood. */
export function takeMark(text: string): { readonly text: string; readonly line: number; readonly column: number } {
  const before = text.slice(0, text.indexOf('«')).split('\n')
  return { text: text.replace('«', ''), line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** Loads `text` from a folder of its own, which is gone afterwards. */
export async function loadText(text: string | Uint8Array): Promise<Loaded> {
  return inFolder(async (folder) => {
    const file = join(folder, 'holdfast.yaml')
    await writeFile(file, text)
    return loadConfig(file, 'holdfast.yaml')
  })
}

/** The faults of `text` as people see them; empty when it loads. */
export async function faultsOf(text: string | Uint8Array): Promise<readonly string[]> {
  const loaded = await loadText(text)
  return loaded.ok ? [] : loaded.faults.map(formatFault)
}

export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
