import { execFile } from 'node:child_process'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { lockFile } from '../../../src/adapters/files/file-lock.ts'
import { command as revoke } from '../../../src/cli/revoke.ts'
import { makeRevocationWorld } from './revocation-world.ts'

const script = fileURLToPath(new URL('revoke-at-once.ts', import.meta.url))
/** Ended long ago in any case: the largest number that Linux gives to a process is 4194304. */
const NO_PROCESS = 4_194_305

describe('several that revoke at once', () => {
  it('lose nothing', { timeout: 60_000 }, async () => {
    const world = await makeRevocationWorld()
    const values = (writer: number) => Array.from({ length: 4 }, (_, i) => `${writer}-${i}`)
    const writers = Array.from({ length: 6 }, (_, writer) => {
      return promisify(execFile)(process.execPath, [script, world.folder, ...values(writer)])
    })
    await Promise.all(writers)
    const found = ((await world.entries()) as { value: string }[]).map(({ value }) => value)
    expect(found.sort()).toEqual(
      Array.from({ length: 6 }, (_, writer) => values(writer))
        .flat()
        .sort(),
    )
    expect((await readdir(world.folder)).sort()).toEqual(['holdfast.yaml', 'revocations.json'])
  })

  it('in one process lose nothing either', async () => {
    const world = await makeRevocationWorld()
    await Promise.all(Array.from({ length: 10 }, (_, i) => world.run(revoke, ['session', `s-${i}`])))
    expect(await world.entries()).toHaveLength(10)
  })
})

describe('lockFile', () => {
  const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000)

  it('is held by one at a time', async () => {
    const { file } = await makeRevocationWorld()
    const first = await lockFile(file, 0)
    expect(await first?.isHeld()).toBe(true)
    expect(await lockFile(file, 100)).toBeUndefined()
    await first?.release()
    const second = await lockFile(file, 0)
    expect(await second?.isHeld()).toBe(true)
    expect(await first?.isHeld()).toBe(false)
    await second?.release()
  })

  it('waits for the one who holds it', async () => {
    const { file } = await makeRevocationWorld()
    const first = await lockFile(file, 0)
    const second = lockFile(file, 5000)
    await first?.release()
    await (await second)?.release()
    expect(await second).toBeDefined()
  })

  it.each([
    ['of a process that died', `${hostname()} ${NO_PROCESS} x`, 2, true],
    ['of a process that died a moment ago', `${hostname()} ${NO_PROCESS} x`, 0, false],
    ['of a living process', `${hostname()} ${process.pid} x`, 2, false],
    ['of another machine', `elsewhere ${NO_PROCESS} x`, 2, false],
    ['of another machine, long ago', `elsewhere ${process.pid} x`, 31, true],
    ['that names nobody', '', 2, false],
    ['that names nobody, long ago', '', 31, true],
  ])('a lock %s', async (_name, content, seconds, taken) => {
    const { file } = await makeRevocationWorld()
    await writeFile(`${file}.lock`, content)
    await utimes(`${file}.lock`, ago(seconds), ago(seconds))
    const lock = await lockFile(file, 0)
    expect(lock !== undefined).toBe(taken)
    if (!taken) expect(await readFile(`${file}.lock`, 'utf8')).toBe(content)
    await lock?.release()
  })

  it('of the dead goes to one of many', async () => {
    const { file } = await makeRevocationWorld()
    await writeFile(`${file}.lock`, `${hostname()} ${NO_PROCESS} x`)
    await utimes(`${file}.lock`, ago(2), ago(2))
    const locks = await Promise.all(Array.from({ length: 5 }, () => lockFile(file, 0)))
    const held = locks.filter((lock) => lock !== undefined)
    expect(held).toHaveLength(1)
    await held[0]?.release()
  })

  it('that was taken over is not released by the one who lost it', async () => {
    const { file } = await makeRevocationWorld()
    const lost = await lockFile(file, 0)
    await writeFile(`${file}.lock`, 'another')
    expect(await lost?.isHeld()).toBe(false)
    await lost?.release()
    expect(await readFile(`${file}.lock`, 'utf8')).toBe('another')
  })
})
