/** The tests that judge mutants of src/check/: pure ones without the many runs of the property tests (npm run mutation). */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/unit/check/**/*.test.ts', 'test/vectors/**/*.test.ts'] },
})
