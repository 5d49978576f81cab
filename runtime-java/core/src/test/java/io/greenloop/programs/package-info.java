/**
 * Random programs over everything that waits: a language for them ({@code Program}, {@code Op}), a
 * generator ({@code ProgramMaker}), an interpreter on a loop ({@code ProgramRun}, with {@code
 * SharedOps}), and a ledger of what must hold ({@code World}). They are run under seeds, to see
 * that promises hold in every order ({@code ExploreProgramsTest}), and beside CPython's asyncio, to
 * see that traces are equal ({@code AsyncioProgramsTest}).
 *
 * <p><b>May use:</b> the public API of the runtime, and the loop's counters.
 */
package io.greenloop.programs;
