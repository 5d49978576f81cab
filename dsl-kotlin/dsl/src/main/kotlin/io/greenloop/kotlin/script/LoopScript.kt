package io.greenloop.kotlin.script

/**
 * What every compiled `*.loop.kts` extends.
 *
 * It is empty on purpose: everything a script may use comes from [ScriptScope], its implicit
 * receiver, so that no name of a base class hides a name of the script.
 */
public abstract class LoopScript
