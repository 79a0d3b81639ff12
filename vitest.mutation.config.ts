/** The tests that judge mutants of src/check/: pure and quick ones only (npm run mutation). */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'test/unit/check/**/*.test.ts',
      'test/vectors/**/*.test.ts',
      'test/property/{codec,htu,proof,nonce,token,xfcc,spiffe,certificate}*.test.ts',
    ],
  },
})
