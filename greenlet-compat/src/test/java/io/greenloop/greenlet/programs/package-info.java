/**
 * Random programs over greenlets: a language for them ({@code Program}, {@code Op}), a generator
 * ({@code ProgramMaker}), an interpreter ({@code ProgramRun}); {@code greenlet_oracle.py} is the
 * same interpreter over CPython's greenlet. The traces have to be equal ({@code ProgramTest}).
 *
 * <p><b>May use:</b> the public API of the module.
 */
package io.greenloop.greenlet.programs;
