import { describe, expect, it } from 'vitest';
import { readable } from './paint';

describe('the colour of a number', () => {
  it.each([
    ['#b8560b', '#fff', 1, '#fff'],
    ['#b8560b', '#ffffff', 0.67, '#000'],
    ['#1f6fb4', '#fff', 1, '#fff'],
    ['#1f6fb4', '#fff', 0.12, '#000'],
    ['#f0a35e', '#111', 0.9, '#000'],
    ['#f0a35e', '#111', 0.12, '#fff'],
    ['rgb(255, 255, 255)', '#111', 1, '#000']
  ])('on %s over %s by %s is %s', (color, ground, shade, wanted) => {
    expect(readable(color, ground, shade)).toBe(wanted);
  });
});
