// A notebook is JSON: the tour becomes part of the bundle, so that the card needs no kernel and no server extension.
module.exports = { module: { rules: [{ test: /\.ipynb$/, type: 'json' }] } };
