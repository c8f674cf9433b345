/** Numbers that are written as words. English is asked for; the others are those most likely to slip in. */
const CARDINALS: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
};

const OTHERS = [
  'thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fourty fifty sixty seventy',
  'eighty ninety hundred hundreds thousand thousands million millions billion billions trillion',
  'second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth twentieth hundredth thirds fourths fifths tenths',
  'single sole lone both pair pairs couple trio dozen dozens score half halves quarter quarters percent percentage',
  'once twice thrice double doubled doubles triple tripled triples quadruple quadrupled halved tenfold nought nil',
  'twofold threefold fourfold fivefold hundredfold ones twos threes fours fives sixes sevens eights nines tens',
  'eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig hundert tausend',
  'deux trois quatre cinq sept huit neuf dix onze douze vingt cent mille',
  'dos tres cuatro cinco seis siete ocho nueve diez doce veinte cien mil',
]
  .join(' ')
  .split(' ');

const WORDS = new Set([...Object.keys(CARDINALS), ...OTHERS]);
/** Two letters at least, for "I" is a person and "C" a language. */
const ROMAN = /^(?=[MDCLXVI]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;

/** The words of a text that stand for a number, with the number where it is certain. */
export function numberWordsIn(text: string): readonly { readonly word: string; readonly value?: number }[] {
  const found: { word: string; value?: number }[] = [];
  for (const [word] of text.matchAll(/\p{L}+/gu)) {
    const small = word.toLowerCase();
    if (ROMAN.test(word)) found.push({ word });
    else if (WORDS.has(small)) {
      const value = CARDINALS[small];
      found.push(value === undefined ? { word } : { word, value });
    }
  }
  return found;
}
