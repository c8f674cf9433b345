/** Prices per million tokens, in any currency. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
}

/** Millionths of the currency: a price per million tokens is a millionth of it per token. */
export function costMicros(
  inputTokens: number,
  outputTokens: number,
  prices: TokenPrices | undefined,
): number {
  if (prices === undefined) return 0;
  return Math.ceil(inputTokens * prices.input + outputTokens * prices.output);
}

/** Tokens that a text may be, where nobody counts them; rather too many. English has about four characters to one. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 3);
}
