"""The audio API as programs written for OpenAI know it, over the same jobs as everything else."""
