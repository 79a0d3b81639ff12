/**
 * What a document tells the reader to type is typed: blocks marked `<!-- ci -->` run in order, in an empty folder that has only
 * what the reader brings (the issuer's key set, a token). `<!-- ci: serve -->` goes on in the background. Only the ports differ.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { makeKey } from '../support/jws.ts'
import { freePort } from '../support/ports.ts'
import { type Block, documents, ROOT, readDocument, readText } from './documents.ts'

const TIMEOUT_MS = 60_000
const folders: string[] = []

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

interface Reader {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

/** `npx holdfast` is the checkout's own, unbuilt. */
function newReader(): Reader {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'))
  folders.push(folder)
  const bin = join(folder, '.bin')
  mkdirSync(bin)
  const main = fileURLToPath(new URL('src/main.ts', ROOT))
  const shim = `#!/bin/sh\n[ "$1" = holdfast ] || exit 127\nshift\nexec "${process.execPath}" "${main}" "$@"\n`
  writeFileSync(join(bin, 'npx'), shim, { mode: 0o755 })
  const { jwk } = makeKey()
  writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [{ ...jwk, kid: 'k1' }] }))
  writeFileSync(join(folder, 'token'), 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln\n')
  return { folder, env: { ...process.env, PATH: `${bin}:${process.env['PATH']}`, HOLDFAST_CONFIG: undefined } }
}

function type(reader: Reader, script: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: reader.folder,
    env: reader.env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`exit code ${status}\n${script}\n${stdout}${stderr}`)
  return stdout
}

/** A process group of its own, so that all of it can be ended. */
function typeAndLeave(reader: Reader, script: string): ChildProcess {
  return spawn('bash', ['-c', script], { cwd: reader.folder, env: reader.env, detached: true, stdio: 'ignore' })
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS / 2
  while (Date.now() < deadline) {
    if (
      await fetch(url)
        .then(({ status }) => status === 200)
        .catch(() => false)
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} was not ready in time`)
}

function ciBlocks(path: string): readonly Block[] {
  return readDocument(path).blocks.filter(({ marker }) => /^ci\b/.test(marker))
}

/** The configuration that the README has the reader write. */
function readmeConfig(): string {
  const script = ciBlocks('README.md').find(({ text }) => text.includes('cat > holdfast.yaml'))?.text ?? ''
  return /<<'END'\n([\s\S]*?)^END$/m.exec(script)?.[1] ?? ''
}

describe('README.md', () => {
  test(
    'the five-minute path works as it is told',
    async () => {
      const reader = newReader()
      const [grpc, admin] = [await freePort(), await freePort()]
      const moved = (text: string) => text.replaceAll(':9191', `:${grpc}`).replaceAll(':9901', `:${admin}`)
      const blocks = ciBlocks('README.md')
      let server: ChildProcess | undefined
      let output = ''
      try {
        for (const { marker, text } of blocks) {
          if (marker === 'ci: serve') {
            server = typeAndLeave(reader, moved(text))
            await untilReady(`http://127.0.0.1:${admin}/readyz`)
          } else output += type(reader, moved(text))
        }
      } finally {
        if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL')
      }
      expect(server).toBeDefined()
      expect(output).toContain('OK: 1 route, 1 issuer')
      expect(output).toContain('"jwks:https://as.example.com"')
      expect(output).toMatch(/^[\w-]{43}$/m)
      expect(readdirSync(reader.folder)).toEqual(expect.arrayContaining(['holdfast.yaml', 'key.json', 'proof']))
      expect(readFileSync(join(reader.folder, 'proof'), 'utf8').split('.')).toHaveLength(3)
    },
    TIMEOUT_MS,
  )
})

const OTHERS = documents().filter(
  ({ path, blocks }) => path !== 'README.md' && blocks.some((b) => /^ci\b/.test(b.marker)),
)

describe.each(OTHERS)('$path', ({ path }) => {
  test(
    'its marked commands work with the configuration of the README',
    () => {
      const reader = newReader()
      writeFileSync(join(reader.folder, 'holdfast.yaml'), readmeConfig())
      for (const { text } of ciBlocks(path)) type(reader, text)
    },
    TIMEOUT_MS,
  )
})

describe('configurations in the documents', () => {
  const yaml = documents().flatMap(({ path, blocks }) =>
    blocks.filter(({ language }) => language === 'yaml').map((block, index) => ({ path, index, ...block })),
  )

  test.each(yaml.filter(({ marker }) => !marker.startsWith('part of ')))(
    '$path, block $index loads',
    async ({ text }) => {
      const { folder } = newReader()
      const file = join(folder, 'block.yaml')
      writeFileSync(file, text)
      const loaded = await loadConfig(file)
      expect(loaded.ok ? [] : loaded.faults).toEqual([])
    },
  )

  test.each(yaml.filter(({ marker }) => marker.startsWith('part of ')))('$path, block $index is $marker', (block) => {
    const file = block.marker.slice('part of '.length)
    const whole = readText(file)
    expect(parts(parse(whole)).some((part) => holds(part, parse(block.text)))).toBe(true)
  })
})

/** Every mapping at any depth. */
function parts(value: unknown): readonly object[] {
  if (value === null || typeof value !== 'object') return []
  return [value, ...Object.values(value).flatMap(parts)]
}

/** Whether all that `part` says, `whole` says too. */
function holds(whole: unknown, part: unknown): boolean {
  if (part === null || typeof part !== 'object') return whole === part
  if (whole === null || typeof whole !== 'object') return false
  return Object.entries(part).every(([key, value]) => holds((whole as Record<string, unknown>)[key], value))
}
