package io.greenloop.script

internal object Placeholder
