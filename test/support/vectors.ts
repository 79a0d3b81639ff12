/** Published test vectors: JSON files under test/vectors, each an array of these. */
import { readFileSync } from 'node:fs'

export interface Vector<I, E> {
  readonly name: string
  /** Document and section it is taken from. */
  readonly source: string
  readonly input: I
  readonly expected: E
}

export function readVectors<I, E>(file: string): readonly Vector<I, E>[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')) as Vector<I, E>[]
}
