import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

describe('the process', () => {
  test('writes to standard output and ends with 0', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'version'], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^holdfast \d/)
  })

  test('wrong use ends with 2, told on standard error', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'serv'], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toBe('holdfast: unknown command "serv"; did you mean serve?\n')
  })

  test('a reader that goes away is no fault', async () => {
    const child = spawn(process.execPath, [MAIN, 'schema'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})
