import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command } from '../../../src/cli/inject.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { read } from './manifests.ts'

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: app}]}\n'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-inject-'))
  writeFileSync(join(folder, 'good.yaml'), 'image: {tag: "7"}\nmesh: {kind: none}\n')
  writeFileSync(join(folder, 'wrong.yaml'), 'sidecar: {livenessProbe: {periodSeconds: never}}\n')
  writeFileSync(join(folder, 'broken.yaml'), 'image: [\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(args: string[], stdin = POD) {
  const io = fakeIo({ stdin, cwd: folder })
  const code = await command.run(args, io)
  return { code, ...io.written }
}

describe('holdfast inject', () => {
  test('writes the manifests with the sidecar, nothing else, and ends with 0', async () => {
    const { code, out, err } = await run([])
    expect([code, err]).toEqual([0, ''])
    expect(read(out)[0].spec.initContainers[0]).toMatchObject({
      name: 'holdfast',
      image: expect.stringMatching(/:\d+\.\d+\.\d+$/),
    })
  })

  test('values, release, image and ConfigMap are taken', async () => {
    const values = read((await run(['--values', 'good.yaml', '--release', 'shop'])).out)[0]
    expect(values.spec.initContainers[0].image).toBe('registry.example.com/holdfast/holdfast:7')
    expect(values.spec.volumes[0].configMap.name).toBe('shop-holdfast-config')
    const own = read((await run(['--image', 'mine:1', '--config-map', 'cm'])).out)[0]
    expect(own.spec.initContainers[0].image).toBe('mine:1')
    expect(own.spec.volumes[0].configMap.name).toBe('cm')
  })

  test('a container of that name that is another: left, told of, 0', async () => {
    const { out } = await run([])
    const again = await run(['--image', 'other:1'], out)
    expect([again.code, again.out]).toEqual([0, out])
    expect(again.err).toContain(
      'Pod/a: has a container holdfast already, and not the one of these values; left as it is',
    )
  })

  test.each([
    ['no manifest', [], 'hello\n', 'standard input:1:1: is no manifest'],
    ['broken YAML', [], `${POD}---\na: [`, 'standard input:6:5: is no YAML'],
    ['an unknown option', ['--vales', 'x'], POD, 'unknown option --vales; did you mean --values?'],
    ['a values file that is not there', ['--values', 'none.yaml'], POD, 'none.yaml: there is no such file'],
    ['a values file that is no YAML', ['--values', 'broken.yaml'], POD, 'broken.yaml: is no YAML'],
    ['a faulty value', ['--values', 'wrong.yaml'], POD, 'wrong.yaml: sidecar.livenessProbe.periodSeconds: '],
    ['a release that is no name', ['--release', 'A B'], POD, '--release: "A B" is no name'],
    ['a ConfigMap that is no name', ['--config-map', 'A_B'], POD, '--config-map: "A_B" is no name'],
    ['an empty image', ['--image', ''], POD, '--image: is empty'],
  ])('%s: exit code 2, nothing on standard output', async (_, args, stdin, message) => {
    const { code, out, err } = await run(args, stdin)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })
})
