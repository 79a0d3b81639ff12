/** What another server answers, where only the form of JSON is taken for granted, and nothing of what it says. */
import { isJsonObject, type JsonObject } from '../check/codec/strict-json.ts'

/** Undefined when the text is not one JSON object. */
export function parseJsonAnswer(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
