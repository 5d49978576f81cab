/**
 * A gevent service of 360 lines, {@code job-server.py}, ported in five steps that each run: {@link
 * Step1Connections}, {@link Step2Jobs}, {@link Step3Blocking}, {@link Step4Watching} and the whole,
 * {@link JobServer}. Each class stands for a class of the Python file. The guide walks through
 * them.
 */
@NullMarked
package io.greenloop.examples.jobs;

import org.jspecify.annotations.NullMarked;
