import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readContent } from '../../../../src/adapters/files/read-content.ts'
import { type WatchOptions, watchFile } from '../../../../src/adapters/files/watched-file.ts'
import { makeFolder, put } from './folder.ts'

/** What was told, oldest first: the content, or the problem in brackets. */
function watch(path: string, options: WatchOptions = { pollMs: 20 }): { readonly told: string[]; close(): void } {
  const told: string[] = []
  const watched = watchFile(path, (content, problem) => void told.push(content?.toString() ?? `[${problem}]`), options)
  onTestFinished(() => watched.close())
  return { told, close: watched.close }
}

const settled = (told: readonly string[], expected: readonly string[]) => {
  return vi.waitFor(() => expect(told).toEqual(expected), { timeout: 3000, interval: 5 })
}

describe('watchFile', () => {
  it('tells the content at the start, then each change', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    const { told } = watch(file)
    await settled(told, ['one'])
    await put(file, 'two')
    await settled(told, ['one', 'two'])
  })

  it('tells a file that appears later, goes, and comes back', async () => {
    const file = join(await makeFolder(), 'f')
    const { told } = watch(file)
    await settled(told, ['[does not exist]'])
    await put(file, 'one')
    await settled(told, ['[does not exist]', 'one'])
    await rm(file)
    await settled(told, ['[does not exist]', 'one', '[does not exist]'])
    await put(file, 'one')
    await settled(told, ['[does not exist]', 'one', '[does not exist]', 'one'])
  })

  it('a folder that appears later is watched from then on', async () => {
    const folder = join(await makeFolder(), 'later')
    const { told } = watch(join(folder, 'f'))
    await settled(told, ['[does not exist]'])
    await mkdir(folder)
    await put(join(folder, 'f'), 'one')
    await settled(told, ['[does not exist]', 'one'])
  })

  it('sees a file that is renamed over it', async () => {
    const folder = await makeFolder()
    const file = join(folder, 'f')
    await put(file, 'one')
    const { told } = watch(file)
    await settled(told, ['one'])
    await put(join(folder, 'new'), 'two')
    await rename(join(folder, 'new'), file)
    await settled(told, ['one', 'two'])
  })

  it('sees the swap of a link, as Kubernetes does it', async () => {
    const folder = await makeFolder()
    await mkdir(join(folder, 'v1'))
    await mkdir(join(folder, 'v2'))
    await put(join(folder, 'v1', 'f'), 'one')
    await put(join(folder, 'v2', 'f'), 'two')
    await symlink('v1', join(folder, '..data'))
    await symlink('..data/f', join(folder, 'f'))
    const { told } = watch(join(folder, 'f'))
    await settled(told, ['one'])
    await symlink('v2', join(folder, '..data_tmp'))
    await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    await settled(told, ['one', 'two'])
  })

  it('sees a change by its event, long before the next look of the timer', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    const { told } = watch(file, { pollMs: 60_000 })
    await settled(told, ['one'])
    await put(file, 'two')
    await settled(told, ['one', 'two'])
  })

  it('sees a file that is written in place', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    const { told } = watch(file)
    await settled(told, ['one'])
    await writeFile(file, 'two')
    await vi.waitFor(() => expect(told.at(-1)).toBe('two'))
  })

  it('tells nothing when only the time of the file changes', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    const { told } = watch(file)
    await settled(told, ['one'])
    await utimes(file, 1, 1)
    await put(file, 'one')
    await put(file, 'two')
    await settled(told, ['one', 'two'])
  })

  it('tells nothing of what the caller has read already, and what changed since', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    const known = await readContent(file, 100)
    const same = watch(file, { pollMs: 20, known })
    await put(file, 'two')
    const changed = watch(file, { pollMs: 20, known })
    await settled(changed.told, ['two'])
    await settled(same.told, ['two'])
  })

  it('tells a file that is too large, or none, once', async () => {
    const folder = await makeFolder()
    const file = join(folder, 'f')
    await put(file, 'x'.repeat(11))
    const { told } = watch(file, { pollMs: 5, maxBytes: 10 })
    await settled(told, ['[is larger than 10 bytes]'])
    await put(file, 'x'.repeat(10))
    await settled(told, ['[is larger than 10 bytes]', 'xxxxxxxxxx'])
    await rm(file)
    await mkdir(file)
    await vi.waitFor(() => expect(told.at(-1)).toBe('[is not a regular file]'), { timeout: 3000 })
  })

  it('tells nothing after it was closed', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    const closed = watch(file, { pollMs: 5 })
    closed.close()
    const open = watch(file, { pollMs: 5 })
    await settled(open.told, ['one'])
    expect(closed.told).toEqual([])
  })
})

describe('readContent', () => {
  it('a settled file is not read again', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    const first = await readContent(file, 100)
    const signature = first.kind === 'content' ? first.signature : ''
    vi.useFakeTimers({ now: Date.now() + 10_000, toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    expect(await readContent(file, 100, signature)).toEqual({ kind: 'same', signature })
    expect((await readContent(file, 100, 'another')).kind).toBe('content')
  })

  it('a file that just changed is read again, as its time stamp may not tell', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    const first = await readContent(file, 100)
    expect((await readContent(file, 100, 'signature' in first ? first.signature : '')).kind).toBe('content')
  })

  it('a file that the system does not open is a problem, not a missing file', async () => {
    const file = join(await makeFolder(), 'f')
    await symlink('f', file)
    expect(await readContent(file, 100)).toEqual({ kind: 'problem', problem: 'cannot be read: the system says ELOOP' })
  })

  it('a path through a file is a missing file', async () => {
    const file = join(await makeFolder(), 'f')
    await put(file, 'one')
    expect(await readContent(join(file, 'g'), 100)).toEqual({ kind: 'missing' })
  })
})
