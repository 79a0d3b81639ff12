/** Turns what the schema found into plain words: what is wrong; how to mend it. */
import type * as z from 'zod'
import type { Finding, PathPart } from './fault.ts'
import { nearest } from './nearest.ts'
import { describe, keysOf, schemaAt } from './schema/walk.ts'

/** `issues` must hold their input (`reportInput`): a missing key is told apart from one of the wrong kind. */
export function findingsOf(root: z.ZodType, issues: readonly z.core.$ZodIssue[]): readonly Finding[] {
  return issues.flatMap((issue) => {
    const path = issue.path as PathPart[]
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(root, path, key))
    return [{ path, message: issue.input === undefined ? missing(root, path) : messageOf(issue) }]
  })
}

function unknownKey(root: z.ZodType, path: readonly PathPart[], key: string): Finding {
  const schema = schemaAt(root, path)
  const known = schema === undefined ? [] : [...keysOf(schema).keys()]
  const near = nearest(key, known)
  const mend = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`
  return { path: [...path, key], message: `unknown key; ${mend}`, atKey: true }
}

function missing(root: z.ZodType, path: readonly PathPart[]): string {
  const schema = schemaAt(root, path)
  const description = schema === undefined ? undefined : describe(schema).description
  return `is missing; add it${description === undefined ? '' : `: ${firstSentence(description)}`}`
}

function firstSentence(text: string): string {
  return text.split(/\.(?: |$)/)[0] ?? text
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindName(issue.expected)}, but is ${kindOf(issue.input)}; ${typeMend(issue.expected, issue.input)}`
    case 'invalid_value':
      return notAmong(issue.values.map(String), issue.input)
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return tooBig(issue)
    default:
      return issue.message
  }
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === 'array') return 'must not be an empty list; add an item'
  if (issue.origin === 'string') return 'must not be empty; give it a value'
  return `must be at least ${issue.minimum}; choose a larger number`
}

function tooBig(issue: z.core.$ZodIssueTooBig): string {
  if (issue.origin === 'array') return `must hold at most ${issue.maximum}; take some out`
  return `must be at most ${issue.maximum}; choose a smaller number`
}

function notAmong(values: readonly string[], input: unknown): string {
  const near = typeof input === 'string' ? nearest(input, values) : undefined
  const mend = near === undefined ? 'choose one of them' : `did you mean ${near}?`
  return `is none of ${values.join(', ')}; ${mend}`
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
}

function kindName(kind: string): string {
  return KIND_NAMES[kind] ?? kind
}

function kindOf(input: unknown): string {
  if (input === null) return 'empty'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'number') return Number.isInteger(input) ? 'a number' : 'not whole'
  return KIND_NAMES[typeof input] ?? typeof input
}

function typeMend(expected: string, input: unknown): string {
  if (input === null) return 'give it a value or leave the key out'
  if (expected === 'string' && typeof input !== 'object') return 'put it in quotes'
  if (expected === 'boolean' || expected === 'number' || expected === 'int') return 'write it without quotes or unit'
  if (expected === 'array') return 'write a list, such as [a, b]'
  return expected === 'object' ? 'write keys with their values below it' : 'write a single value'
}
